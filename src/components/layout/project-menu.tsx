"use client";

import { lazy, Suspense, useState } from "react";
import { ProjectButton } from "./project-button.tsx";
import classes from "./project-menu.module.css";
import { useViewer } from "./viewer-context.tsx";

const loadItems = () => import("./project-menu-items.tsx");
const Items = lazy(() => loadItems().then((module) => ({ default: module.ProjectMenuItems })));

/** Where one is: the organization, and the project whose VMs are shown. Choosing a project filters the VM list (`/vms?project=…`). */
export function ProjectMenu() {
  const { organization } = useViewer();
  const [wanted, setWanted] = useState(false);
  const button = <ProjectButton aria-haspopup="menu" aria-expanded={false} onPointerEnter={loadItems} onFocus={loadItems} onClick={() => setWanted(true)} />;
  return (
    <div className={classes.context}>
      <span className={classes.organization}>{organization.name}</span>
      <span className={classes.slash} aria-hidden>
        /
      </span>
      {wanted ? (
        <Suspense fallback={button}>
          <Items />
        </Suspense>
      ) : (
        button
      )}
    </div>
  );
}
