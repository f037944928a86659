#pragma once

#include "sy_messages.h"

/* Runs the machine: never returns. `hardware_id`, `boot`: of this device and this start. */
void machine_run(sy_claim *claim, const char *boot, const char *hardware_id, int64_t boots);
