#pragma once

#include "settings.h"

/*
 * The device's claim: from the flash, or from the server by the one-time token, over HTTPS, until there is one. It is on the flash when this returns. A token that the server
 * refuses is tried again every five minutes only: the device needs another one, by provisioning or by new factory files.
 */
void claiming_get(const sy_factory *factory, const char *boot, const char *hardware_id, sy_claim *claim);

/* Stores the claim with this password instead of its own. */
esp_err_t claiming_change_password(sy_claim *claim, const char *password);
