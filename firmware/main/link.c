#include "link.h"

#include <stdlib.h>
#include <string.h>

#include "esp_crt_bundle.h"
#include "esp_log.h"
#include "esp_random.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "mqtt_client.h"
#include "sy_json.h"
#include "sy_reports.h"

static const char TAG[] = "link";

#define KEEPALIVE_SECONDS 30
#define QUEUE_LENGTH 16
/* MQTT 3.1.1: the broker does not take user name and password, or the client may not connect. */
#define is_refusal(code) ((code) == MQTT_CONNECTION_REFUSE_BAD_USERNAME || (code) == MQTT_CONNECTION_REFUSE_NOT_AUTHORIZED)

static QueueHandle_t queue;
static esp_mqtt_client_handle_t client;
static sy_envelope *numbers;
static char machine[SY_ID_LENGTH + 1];
static int awaited_subscriptions;

static void topic_of(char out[96], const char *part) { snprintf(out, 96, "m/%s/%s", machine, part); }

static void put(link_kind kind, int id, const char *data, size_t length) {
    link_event event = {.kind = kind, .id = id, .length = length};
    if (data) {
        event.data = malloc(length + 1);
        if (!event.data) return;
        memcpy(event.data, data, length);
        event.data[length] = '\0';
    }
    /* A full queue: the machine is busy for long. What is lost is repeated by the server, or expires. */
    if (xQueueSend(queue, &event, 0) != pdTRUE) free(event.data);
}

static void on_message(esp_mqtt_event_handle_t event) {
    static const struct {
        const char *part;
        link_kind kind;
    } TOPICS[] = {{"cmd", LINK_COMMAND}, {"cfg", LINK_CONFIG}, {"ota", LINK_UPDATE}};
    /* The buffer holds every message that the contract allows: one in pieces is none of them. */
    if (event->current_data_offset != 0 || event->data_len != event->total_data_len || event->data_len > SY_JSON_MAX_BYTES) return;
    for (size_t i = 0; i < sizeof TOPICS / sizeof TOPICS[0]; i++) {
        char topic[96];
        topic_of(topic, TOPICS[i].part);
        if ((size_t)event->topic_len == strlen(topic) && memcmp(event->topic, topic, strlen(topic)) == 0) put(TOPICS[i].kind, 0, event->data, (size_t)event->data_len);
    }
}

static void subscribe(void) {
    static const char *const PARTS[] = {"cmd", "cfg", "ota"};
    awaited_subscriptions = 3;
    for (int i = 0; i < 3; i++) {
        char topic[96];
        topic_of(topic, PARTS[i]);
        esp_mqtt_client_subscribe_single(client, topic, 1);
    }
}

static void on_event(void *context, esp_event_base_t base, int32_t id, void *data) {
    (void)context;
    (void)base;
    esp_mqtt_event_handle_t event = data;
    switch ((esp_mqtt_event_id_t)id) {
        case MQTT_EVENT_CONNECTED: subscribe(); break;
        /* The machine says that it is here when it hears what it is told, not before. */
        case MQTT_EVENT_SUBSCRIBED:
            if (--awaited_subscriptions == 0) put(LINK_CONNECTED, 0, NULL, 0);
            break;
        case MQTT_EVENT_DISCONNECTED: put(LINK_LOST, 0, NULL, 0); break;
        case MQTT_EVENT_PUBLISHED: put(LINK_TAKEN, event->msg_id, NULL, 0); break;
        case MQTT_EVENT_DATA: on_message(event); break;
        case MQTT_EVENT_ERROR:
            if (event->error_handle->error_type == MQTT_ERROR_TYPE_CONNECTION_REFUSED && is_refusal(event->error_handle->connect_return_code)) put(LINK_REFUSED, 0, NULL, 0);
            break;
        default: break;
    }
}

/* The client copies what it is given. */
static esp_mqtt_client_config_t settings_of(const sy_claim *claim, const char *password, const char *topic, const char *will) {
    esp_mqtt_client_config_t config = {
        .broker.address.uri = claim->mqtt_url,
        .credentials.username = claim->username,
        .credentials.client_id = claim->client_id,
        .credentials.authentication.password = password,
        .session.keepalive = KEEPALIVE_SECONDS,
        /* Nothing waits at the broker for a device that is away: an old command must not come later. */
        .session.disable_clean_session = false,
        .session.last_will = {.topic = topic, .msg = will, .qos = 1, .retain = 1},
        .network.disable_auto_reconnect = true,
        .buffer.size = SY_JSON_MAX_BYTES + 256,
    };
    if (claim->ca_pem[0] != '\0') config.broker.verification.certificate = claim->ca_pem;
    else config.broker.verification.crt_bundle_attach = esp_crt_bundle_attach;
    return config;
}

void link_open(const sy_claim *claim, sy_envelope *envelope) {
    numbers = envelope;
    memcpy(machine, claim->machine_id, sizeof machine);
    queue = xQueueCreate(QUEUE_LENGTH, sizeof(link_event));
    configASSERT(queue);
}

void link_connect(const sy_claim *claim, const char *password, char session[20]) {
    char topic[96];
    char will[256];
    snprintf(session, 20, "s%08lx%08lx", (unsigned long)esp_random(), (unsigned long)esp_random());
    topic_of(topic, "status");
    sy_write_status(will, sizeof will, numbers, -1, session, false, false, NULL, NULL, 0);
    esp_mqtt_client_config_t config = settings_of(claim, password, topic, will);
    if (!client) {
        client = esp_mqtt_client_init(&config);
        configASSERT(client);
        ESP_ERROR_CHECK(esp_mqtt_client_register_event(client, MQTT_EVENT_ANY, on_event, NULL));
    } else {
        /* Its task has ended by itself when the connection was lost; else it ends here. */
        esp_mqtt_client_stop(client);
        ESP_ERROR_CHECK(esp_mqtt_set_config(client, &config));
    }
    if (esp_mqtt_client_start(client) != ESP_OK) put(LINK_LOST, 0, NULL, 0);
    ESP_LOGI(TAG, "connecting to %s", claim->mqtt_url);
}

bool link_next(link_event *event, unsigned wait_ms) { return xQueueReceive(queue, event, pdMS_TO_TICKS(wait_ms)) == pdTRUE; }

int link_send(const char *topic, const char *text, size_t length, bool retain) {
    char whole[96];
    if (!client || length == 0) return -1;
    topic_of(whole, topic);
    return esp_mqtt_client_enqueue(client, whole, text, (int)length, 1, retain, true);
}

void link_close(void) {
    if (client) esp_mqtt_client_stop(client);
}
