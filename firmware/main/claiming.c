#include "claiming.h"

#include <stdlib.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "esp_log.h"
#include "esp_random.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sy_json.h"

static const char TAG[] = "claim";

#define CHIP "ESP32-S3"
#define FIRST_RETRY_MS 2000
#define MAX_RETRY_MS 300000

/* The answer as it came: it is kept whole, so that a newer firmware finds in it what this one does not read. */
static char answer[SY_JSON_MAX_BYTES + 1];

static bool load(sy_claim *claim) {
    char password[SY_PASSWORD_LENGTH + 1];
    size_t length = sizeof answer;
    sy_store store = settings_store();
    if (!store.read(store.context, "claim", answer, &length) || !sy_read_claim(answer, length, claim)) return false;
    if (settings_read_text("password", password, sizeof password)) memcpy(claim->password, password, sizeof password);
    return true;
}

/* The HTTP status; 0: nobody answered. `*length`: of the answer. */
static int post(const char *server, const char *body, size_t body_length, size_t *length) {
    char url[320];
    size_t end = strlen(server);
    while (end > 0 && server[end - 1] == '/') end--;
    snprintf(url, sizeof url, "%.*s/device/v1/claim", (int)end, server);
    esp_http_client_config_t config = {.url = url, .method = HTTP_METHOD_POST, .crt_bundle_attach = esp_crt_bundle_attach, .timeout_ms = 15000};
    esp_http_client_handle_t client = esp_http_client_init(&config);
    int status = 0;
    *length = 0;
    if (client && esp_http_client_set_header(client, "content-type", "application/json") == ESP_OK && esp_http_client_open(client, (int)body_length) == ESP_OK &&
        esp_http_client_write(client, body, (int)body_length) == (int)body_length && esp_http_client_fetch_headers(client) >= 0) {
        int read = esp_http_client_read_response(client, answer, SY_JSON_MAX_BYTES);
        if (read >= 0) {
            *length = (size_t)read;
            status = esp_http_client_get_status_code(client);
        }
    }
    if (client) esp_http_client_cleanup(client);
    return status;
}

void claiming_get(const sy_factory *factory, const char *boot, const char *hardware_id, sy_claim *claim) {
    if (load(claim)) return;
    char server[sizeof factory->server_url];
    char token[sizeof factory->claim_token];
    memcpy(server, factory->server_url, sizeof server);
    memcpy(token, factory->claim_token, sizeof token);
    /* What was said in the provisioning is newer than what came from the factory. */
    settings_read_text("server_url", server, sizeof server);
    settings_read_text("claim_token", token, sizeof token);
    char body[512];
    size_t body_length = sy_write_claim(body, sizeof body, token, hardware_id, CHIP, esp_app_get_description()->version, boot);
    for (uint32_t wait = FIRST_RETRY_MS;; wait = wait * 2 > MAX_RETRY_MS ? MAX_RETRY_MS : wait * 2) {
        size_t length;
        int status = post(server, body, body_length, &length);
        if (status == 200 && sy_read_claim(answer, length, claim)) {
            sy_store store = settings_store();
            settings_erase("password");
            /* The password is in this answer and nowhere else: without it on the flash there is no machine. */
            if (!store.write(store.context, "claim", answer, length)) abort();
            return;
        }
        bool for_good = status >= 400 && status < 500 && status != 429 && status != 408;
        if (for_good) ESP_LOGE(TAG, "the server refuses this token (HTTP %d); the device needs another one", status);
        else ESP_LOGW(TAG, "not claimed yet (HTTP %d)", status);
        vTaskDelay(pdMS_TO_TICKS(for_good ? MAX_RETRY_MS : wait + esp_random() % 1000));
    }
}

esp_err_t claiming_change_password(sy_claim *claim, const char *password) {
    esp_err_t error = settings_write_text("password", password);
    if (error == ESP_OK) snprintf(claim->password, sizeof claim->password, "%s", password);
    return error;
}
