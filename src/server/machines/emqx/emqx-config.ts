import type { Config } from "#server/infra/config.ts";
import { hookToken } from "./hooks.ts";

/**
 * What an EMQX 5 needs in its emqx.conf to ask us who may log in and do what (docs.emqx.com, "Use HTTP service" of authentication and authorization). Without our answer
 * nobody is let in and nothing is allowed.
 */
export function emqxConfiguration(config: Pick<Config, "publicUrl" | "secretKeys">): string {
  const headers = `{ "content-type" = "application/json", authorization = "Bearer ${hookToken(config)}" }`;
  return `# Holds a secret: for EMQX alone.
authentication = [
  {
    mechanism = password_based
    backend = http
    method = post
    url = "${config.publicUrl}/device/v1/mqtt/auth"
    headers ${headers}
    body { clientid = "\${clientid}", username = "\${username}", password = "\${password}", peerhost = "\${peerhost}" }
    pool_size = 8
    request_timeout = "5s"
  }
]
authorization {
  no_match = deny
  deny_action = disconnect
  sources = [
    {
      type = http
      method = post
      url = "${config.publicUrl}/device/v1/mqtt/acl"
      headers ${headers}
      body { clientid = "\${clientid}", username = "\${username}", action = "\${action}", topic = "\${topic}", qos = "\${qos}", retain = "\${retain}" }
      pool_size = 8
      request_timeout = "5s"
    }
  ]
}
mqtt {
  max_packet_size = "16KB"
  max_mqueue_len = 1000000
}
`;
}
