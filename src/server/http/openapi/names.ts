import { z } from "zod";
import { balanceOutput, transferOutput } from "#shared/billing/schema.ts";
import { imageOutput, operationOutput, planOutput, projectOutput, sshKeyOutput, vmActionOutput, vmDetailOutput, vmOutput } from "#shared/compute/schema.ts";
import { loginOutput, organizationOutput, profile, sessionOutput, tokens } from "#shared/identity/schema.ts";
import type { Names } from "./json-schema.ts";

/** The names that generated clients give to what the API answers with. A schema that is not here stands where it is used. */
export function schemaNames(): Names {
  const names: Names = z.registry<{ id: string }>();
  names.add(profile, { id: "Profile" });
  names.add(tokens, { id: "Tokens" });
  names.add(loginOutput, { id: "Login" });
  names.add(sessionOutput, { id: "Session" });
  names.add(organizationOutput, { id: "Organization" });
  names.add(balanceOutput, { id: "Balance" });
  names.add(transferOutput, { id: "Transfer" });
  names.add(planOutput, { id: "Plan" });
  names.add(imageOutput, { id: "Image" });
  names.add(projectOutput, { id: "Project" });
  names.add(sshKeyOutput, { id: "SshKey" });
  names.add(vmOutput, { id: "Vm" });
  names.add(vmDetailOutput, { id: "VmDetail" });
  names.add(vmActionOutput, { id: "VmAction" });
  names.add(operationOutput, { id: "Operation" });
  return names;
}
