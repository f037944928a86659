#include "updates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "mbedtls/base64.h"
#include "mbedtls/sha256.h"
#include "settings.h"
#include "sodium.h"

static const char TAG[] = "update";

#define ATTEMPTS 8
#define FIRST_RETRY_MS 1000
#define MAX_RETRY_MS 60000
#define SAVE_EVERY_BYTES (64 * 1024)
#define SY_OTA_STORED_BYTES 4000

/* On the flash, as one value: the job that is under way, as it came, and how far it is. */
typedef struct {
    uint32_t length;
    uint32_t written; /* bytes in the partition that can be gone on with */
    bool installed;   /* the new firmware was made the one to start */
    char payload[SY_OTA_STORED_BYTES];
} stored_job;

typedef struct {
    char job[SY_ID_LENGTH + 1];
    char state[12];
    char error[64];
    bool reported;
} stored_end;

typedef enum { IDLE, WAITING, RUNNING, READY, FAILED } stage;

static stored_job job;
static stored_end last;
static sy_ota offer;
static volatile stage now = IDLE;
static volatile int percent;
static char failure[64];
static unsigned char key[crypto_sign_PUBLICKEYBYTES];
static bool has_key;
static bool accepted_said;
static bool deferred_said;
static int percent_said;
static bool on_trial;

static void save(const char *name, const void *data, size_t length) {
    sy_store store = settings_store();
    if (!store.write(store.context, name, data, length)) ESP_LOGE(TAG, "%s cannot be stored", name);
}

static bool load(const char *name, void *data, size_t length) {
    sy_store store = settings_store();
    size_t read = length;
    return store.read(store.context, name, data, &read) && read == length;
}

static void end(const char *state, const char *error) {
    memset(&last, 0, sizeof last);
    memcpy(last.job, offer.job, sizeof last.job);
    snprintf(last.state, sizeof last.state, "%s", state);
    snprintf(last.error, sizeof last.error, "%s", error ? error : "");
    /* First how it ended: a power cut in between leaves a job that has ended already, which is then only repeated. */
    save("ota_last", &last, sizeof last);
    memset(&job, 0, sizeof job);
    save("ota_job", &job, sizeof job);
    now = IDLE;
}

static const char *signature_problem(void) {
    unsigned char signature[crypto_sign_BYTES];
    size_t length = 0;
    if (!has_key) return "no key to check the signature with";
    bool read = mbedtls_base64_decode(signature, sizeof signature, &length, (const unsigned char *)offer.signature, strlen(offer.signature)) == 0 && length == sizeof signature;
    if (!read || crypto_sign_verify_detached(signature, (const unsigned char *)offer.manifest, strlen(offer.manifest), key) != 0) return "the signature is wrong";
    return sy_manifest_problem(&offer);
}

/* What stands in the partition, compared with what was promised. */
static const char *partition_problem(const esp_partition_t *partition) {
    static uint8_t buffer[4096];
    mbedtls_sha256_context context;
    unsigned char hash[32];
    char text[65];
    mbedtls_sha256_init(&context);
    mbedtls_sha256_starts(&context, 0);
    for (size_t at = 0; at < (size_t)offer.size; at += sizeof buffer) {
        size_t length = (size_t)offer.size - at < sizeof buffer ? (size_t)offer.size - at : sizeof buffer;
        if (esp_partition_read(partition, at, buffer, length) != ESP_OK) return "the flash cannot be read";
        if (at == 0 && !sy_image_is(buffer, length, offer.version)) return "the image is another version";
        mbedtls_sha256_update(&context, buffer, length);
    }
    mbedtls_sha256_finish(&context, hash);
    mbedtls_sha256_free(&context);
    for (int i = 0; i < 32; i++) snprintf(text + 2 * i, 3, "%02x", hash[i]);
    return strcmp(text, offer.sha256) == 0 ? NULL : "SHA-256 does not match";
}

/* One try: from where the partition ends, to its end. NULL: it is whole and checked. `*final`: trying again is of no use. */
static const char *fetch(bool *final) {
    esp_http_client_config_t http = {.url = offer.url, .crt_bundle_attach = esp_crt_bundle_attach, .timeout_ms = 15000, .keep_alive_enable = true};
    esp_https_ota_config_t config = {.http_config = &http, .ota_resumption = job.written > 0, .ota_image_bytes_written = job.written};
    esp_https_ota_handle_t handle = NULL;
    const esp_partition_t *partition = esp_ota_get_next_update_partition(NULL);
    *final = false;
    if (!partition || (size_t)offer.size > partition->size) return *final = true, "larger than the partition";
    /* An address that is no longer good ends here too: the number of tries is what bounds it. */
    if (esp_https_ota_begin(&config, &handle) != ESP_OK) return "the server gives no image";
    esp_err_t error;
    while ((error = esp_https_ota_perform(handle)) == ESP_ERR_HTTPS_OTA_IN_PROGRESS) {
        uint32_t bytes = (uint32_t)esp_https_ota_get_image_len_read(handle);
        percent = (int)((uint64_t)bytes * 100 / (uint64_t)offer.size);
        if (bytes < job.written + SAVE_EVERY_BYTES) continue;
        job.written = bytes;
        save("ota_job", &job, sizeof job);
    }
    if (error != ESP_OK || !esp_https_ota_is_complete_data_received(handle)) {
        esp_https_ota_abort(handle);
        return "the download broke off";
    }
    const char *problem = partition_problem(partition);
    if (problem) {
        esp_https_ota_abort(handle);
        job.written = 0;
        return *final = true, problem;
    }
    /* From here on the boot loader starts the new firmware, once, on trial. */
    if (esp_https_ota_finish(handle) != ESP_OK) return *final = true, "the boot loader does not take it";
    job.installed = true;
    save("ota_job", &job, sizeof job);
    return NULL;
}

static void run(void *context) {
    (void)context;
    const char *problem = NULL;
    bool final = false;
    uint32_t wait = FIRST_RETRY_MS;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        uint32_t before = job.written;
        problem = fetch(&final);
        if (!problem || final) break;
        ESP_LOGW(TAG, "%s", problem);
        if (job.written > before) attempt = 1;
        vTaskDelay(pdMS_TO_TICKS(wait));
        wait = wait * 2 > MAX_RETRY_MS ? MAX_RETRY_MS : wait * 2;
    }
    snprintf(failure, sizeof failure, "%s", problem ? problem : "");
    now = problem ? FAILED : READY;
    vTaskDelete(NULL);
}

void updates_open(const char *firmware_key) {
    size_t length = 0;
    has_key = sodium_init() >= 0 && mbedtls_base64_decode(key, sizeof key, &length, (const unsigned char *)firmware_key, strlen(firmware_key)) == 0 && length == sizeof key;
    load("ota_last", &last, sizeof last);
    esp_ota_img_states_t state;
    on_trial = esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK && state == ESP_OTA_IMG_PENDING_VERIFY;
    if (!load("ota_job", &job, sizeof job) || job.length == 0 || job.length > sizeof job.payload || !sy_read_ota(job.payload, job.length, &offer)) return;
    if (on_trial && !job.installed && strcmp(offer.version, esp_app_get_description()->version) == 0) {
        /* The power went between the boot loader's note and ours. */
        job.installed = true;
        save("ota_job", &job, sizeof job);
    }
    if (!job.installed) now = WAITING;
    else if (!on_trial && strcmp(offer.version, esp_app_get_description()->version) != 0) end("rolled_back", "the new firmware did not reach the broker");
    else if (!on_trial) end("succeeded", NULL);
}

void updates_take(const char *payload, size_t length) {
    static sy_ota other;
    if (length > sizeof job.payload || !sy_read_ota(payload, length, &other)) {
        ESP_LOGW(TAG, "a firmware job that cannot be read");
        return;
    }
    sy_last_update before = {.failed = strcmp(last.state, "failed") == 0};
    memcpy(before.job, last.job, sizeof before.job);
    if (sy_update_decide(&other, &before, esp_app_get_description()->version, 0, false) == SY_UPDATE_REPEAT) {
        last.reported = false;
        return;
    }
    bool same = job.length > 0 && strcmp(other.job, offer.job) == 0;
    if (same || now == RUNNING || now == READY || job.installed) return;
    offer = other;
    memset(&job, 0, sizeof job);
    job.length = (uint32_t)length;
    memcpy(job.payload, payload, length);
    save("ota_job", &job, sizeof job);
    accepted_said = deferred_said = false;
    percent_said = -10;
    now = WAITING;
}

static bool say(updates_news *news, const char *state, int how_far, const char *error) {
    memset(news, 0, sizeof *news);
    memcpy(news->job, offer.job, sizeof news->job);
    snprintf(news->state, sizeof news->state, "%s", state);
    news->percent = how_far;
    snprintf(news->error, sizeof news->error, "%s", error ? error : "");
    return true;
}

static bool step_waiting(int minute, bool dispensing, updates_news *news) {
    if (!accepted_said) return accepted_said = true, say(news, "accepted", -1, NULL);
    sy_last_update none = {.job = ""};
    switch (sy_update_decide(&offer, &none, esp_app_get_description()->version, minute, dispensing)) {
        case SY_UPDATE_ALREADY: end("succeeded", NULL); return false;
        case SY_UPDATE_WAIT:
            if (deferred_said || dispensing) return false;
            return deferred_said = true, say(news, "deferred", -1, NULL);
        default: break;
    }
    const char *problem = signature_problem();
    if (problem) return end("failed", problem), false;
    percent = 0;
    now = RUNNING;
    if (xTaskCreate(run, "update", 8192, NULL, 4, NULL) == pdPASS) return false;
    return end("failed", "no memory for the download"), false;
}

bool updates_step(int minute, bool dispensing, updates_news *news) {
    if (last.job[0] != '\0' && !last.reported) {
        last.reported = true;
        save("ota_last", &last, sizeof last);
        say(news, last.state, strcmp(last.state, "succeeded") == 0 ? 100 : -1, last.error[0] != '\0' ? last.error : NULL);
        memcpy(news->job, last.job, sizeof news->job);
        return true;
    }
    switch (now) {
        case WAITING: return step_waiting(minute, dispensing, news);
        case RUNNING:
            if (percent < percent_said + 10) return false;
            percent_said = percent;
            return say(news, "downloading", percent, NULL);
        case READY:
            if (dispensing) return false;
            say(news, "installing", 100, NULL);
            news->restart = true;
            return true;
        case FAILED: end("failed", failure); return false;
        default: return false;
    }
}

bool updates_installing(void) { return now == READY; }

bool updates_on_trial(void) { return on_trial; }

void updates_confirm(void) {
    if (!on_trial || esp_ota_mark_app_valid_cancel_rollback() != ESP_OK) return;
    on_trial = false;
    if (job.length > 0 && job.installed) end("succeeded", NULL);
}
