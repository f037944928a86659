#include "settings.h"

#include <string.h>

#include "nvs.h"
#include "nvs_flash.h"

#define FACTORY "fctry"
#define STATE "state"
#define NAMESPACE "switchyard"

static nvs_handle_t state;

static esp_err_t open_partition(const char *name) {
    esp_err_t error = nvs_flash_init_partition(name);
    if (error != ESP_ERR_NVS_NO_FREE_PAGES && error != ESP_ERR_NVS_NEW_VERSION_FOUND) return error;
    ESP_ERROR_CHECK(nvs_flash_erase_partition(name));
    return nvs_flash_init_partition(name);
}

esp_err_t settings_open(void) {
    esp_err_t error = nvs_flash_init();
    if (error == ESP_ERR_NVS_NO_FREE_PAGES || error == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        ESP_ERROR_CHECK(nvs_flash_erase());
        error = nvs_flash_init();
    }
    if (error != ESP_OK) return error;
    error = open_partition(STATE);
    if (error != ESP_OK) return error;
    return nvs_open_from_partition(STATE, NAMESPACE, NVS_READWRITE, &state);
}

static void read_text(nvs_handle_t from, const char *key, char *out, size_t capacity) {
    size_t length = capacity;
    if (nvs_get_str(from, key, out, &length) != ESP_OK) out[0] = '\0';
}

void settings_factory(sy_factory *factory) {
    nvs_handle_t from;
    memset(factory, 0, sizeof *factory);
    /* It is never erased from here, whatever state it is in. */
    if (nvs_flash_init_partition(FACTORY) != ESP_OK || nvs_open_from_partition(FACTORY, NAMESPACE, NVS_READONLY, &from) != ESP_OK) return;
    read_text(from, "server_url", factory->server_url, sizeof factory->server_url);
    read_text(from, "claim_token", factory->claim_token, sizeof factory->claim_token);
    read_text(from, "firmware_key", factory->firmware_key, sizeof factory->firmware_key);
    read_text(from, "prov_name", factory->provisioning_name, sizeof factory->provisioning_name);
    factory->salt_length = sizeof factory->salt;
    if (nvs_get_blob(from, "sec2_salt", factory->salt, &factory->salt_length) != ESP_OK) factory->salt_length = 0;
    factory->verifier_length = sizeof factory->verifier;
    if (nvs_get_blob(from, "sec2_verifier", factory->verifier, &factory->verifier_length) != ESP_OK) factory->verifier_length = 0;
    nvs_close(from);
}

static bool read_key(void *context, const char *key, void *buffer, size_t *length) {
    (void)context;
    return nvs_get_blob(state, key, buffer, length) == ESP_OK;
}

static bool write_key(void *context, const char *key, const void *data, size_t length) {
    (void)context;
    return nvs_set_blob(state, key, data, length) == ESP_OK && nvs_commit(state) == ESP_OK;
}

sy_store settings_store(void) { return (sy_store){.read = read_key, .write = write_key}; }

bool settings_read_text(const char *key, char *out, size_t capacity) {
    size_t length = capacity;
    return nvs_get_str(state, key, out, &length) == ESP_OK;
}

esp_err_t settings_write_text(const char *key, const char *value) {
    esp_err_t error = nvs_set_str(state, key, value);
    return error == ESP_OK ? nvs_commit(state) : error;
}

esp_err_t settings_erase(const char *key) {
    esp_err_t error = nvs_erase_key(state, key);
    return error == ESP_OK ? nvs_commit(state) : error;
}

int64_t settings_count_boot(void) {
    int64_t boots = 0;
    nvs_get_i64(state, "boots", &boots);
    boots++;
    if (nvs_set_i64(state, "boots", boots) == ESP_OK) nvs_commit(state);
    return boots;
}
