#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "esp_err.h"
#include "sy_messages.h"
#include "sy_store.h"

/*
 * What the device keeps. `fctry` is made at the factory or by the onboarding wizard and only read; `state` is the device's own: its claim, its commands, its stock, its
 * configuration. The partition `nvs` is left to Wi-Fi.
 */

typedef struct {
    char server_url[257];
    char claim_token[40];
    char firmware_key[45]; /* counts more than the claim's: it did not come over the network */
    char provisioning_name[33];
    unsigned char salt[16];
    size_t salt_length;
    unsigned char verifier[384];
    size_t verifier_length;
} sy_factory;

esp_err_t settings_open(void);

/* The factory's values; what is missing is empty. */
void settings_factory(sy_factory *factory);

/* The partition `state`, as the core sees it. */
sy_store settings_store(void);

bool settings_read_text(const char *key, char *out, size_t capacity);
esp_err_t settings_write_text(const char *key, const char *value);
esp_err_t settings_erase(const char *key);

/* Counts the starts of the device, this one included. */
int64_t settings_count_boot(void);
