#include <stdio.h>
#include <string.h>

#include "claiming.h"
#include "esp_mac.h"
#include "esp_random.h"
#include "machine.h"
#include "motors.h"
#include "network.h"
#include "settings.h"

/* From power on to a selling machine: the motors are made safe first, then the flash, the network, the claim, the broker. */
void app_main(void) {
    static sy_factory factory;
    static sy_claim claim;
    static char boot[20];
    static char hardware_id[18];
    uint8_t mac[6];
    motors_open();
    ESP_ERROR_CHECK(settings_open());
    int64_t boots = settings_count_boot();
    settings_factory(&factory);
    ESP_ERROR_CHECK(esp_read_mac(mac, ESP_MAC_BASE));
    snprintf(hardware_id, sizeof hardware_id, "%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    network_start(&factory);
    /* The radio is on: only now are the random numbers good. */
    snprintf(boot, sizeof boot, "b%08lx%08lx", (unsigned long)esp_random(), (unsigned long)esp_random());
    claiming_get(&factory, boot, hardware_id, &claim);
    if (factory.firmware_key[0] != '\0') memcpy(claim.firmware_key, factory.firmware_key, sizeof claim.firmware_key);
    machine_run(&claim, boot, hardware_id, boots);
}
