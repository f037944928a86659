#pragma once

#include "settings.h"

/*
 * Brings the device into its network; returns when it has an address. A device without Wi-Fi credentials opens Espressif's SoftAP provisioning, Security 2. In that session the installer's
 * app may write `{"server_url":"…","claim_token":"…"}` to the endpoint `custom-data`: it is put into `factory` and kept.
 */
void network_start(sy_factory *factory);

/* Address and signal of the connection; false: there is none. */
bool network_facts(char ip[16], int *rssi);
