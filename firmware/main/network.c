#include "network.h"

#include <stdlib.h>
#include <string.h>

#include "esp_event.h"
#include "esp_log.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_netif_sntp.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "freertos/event_groups.h"
#include "network_provisioning/manager.h"
#include "network_provisioning/scheme_softap.h"
#include "sy_json.h"

static const char TAG[] = "network";

#define HAS_ADDRESS BIT0
#define MAX_CUSTOM_DATA 1024

static EventGroupHandle_t events;
static esp_netif_t *station;

static void on_event(void *context, esp_event_base_t base, int32_t id, void *data) {
    (void)context;
    (void)data;
    if (base == WIFI_EVENT && id == WIFI_EVENT_STA_START) esp_wifi_connect();
    if (base == WIFI_EVENT && id == WIFI_EVENT_STA_DISCONNECTED) {
        xEventGroupClearBits(events, HAS_ADDRESS);
        esp_wifi_connect();
    }
    if (base == IP_EVENT && id == IP_EVENT_STA_GOT_IP) xEventGroupSetBits(events, HAS_ADDRESS);
    if (base == NETWORK_PROV_EVENT && id == NETWORK_PROV_WIFI_CRED_FAIL) {
        ESP_LOGW(TAG, "these credentials do not work; waiting for others");
        network_prov_mgr_reset_wifi_sm_state_on_failure();
    }
}

/* What the installer's app says of server and machine, in the same encrypted session as the Wi-Fi credentials. */
static esp_err_t on_custom_data(uint32_t session, const uint8_t *in, ssize_t in_length, uint8_t **out, ssize_t *out_length, void *context) {
    (void)session;
    sy_factory *factory = context;
    sy_json json;
    sy_json_token tokens[32];
    char server_url[sizeof factory->server_url];
    char claim_token[sizeof factory->claim_token];
    bool read = in && in_length > 0 && in_length <= MAX_CUSTOM_DATA && sy_json_parse(&json, (const char *)in, (size_t)in_length, tokens, 32) &&
                sy_json_string(&json, sy_json_member(&json, 0, "server_url"), server_url, sizeof server_url) &&
                sy_json_string(&json, sy_json_member(&json, 0, "claim_token"), claim_token, sizeof claim_token);
    bool kept = read && settings_write_text("server_url", server_url) == ESP_OK && settings_write_text("claim_token", claim_token) == ESP_OK;
    if (kept) {
        memcpy(factory->server_url, server_url, sizeof server_url);
        memcpy(factory->claim_token, claim_token, sizeof claim_token);
    }
    /* protocomm frees it. */
    *out = (uint8_t *)strdup(kept ? "{\"ok\":true}" : "{\"ok\":false}");
    if (!*out) return ESP_ERR_NO_MEM;
    *out_length = (ssize_t)strlen((const char *)*out);
    return ESP_OK;
}

static void service_name(const sy_factory *factory, char name[33]) {
    uint8_t mac[6];
    if (factory->provisioning_name[0] != '\0') {
        memcpy(name, factory->provisioning_name, 33);
        return;
    }
    ESP_ERROR_CHECK(esp_read_mac(mac, ESP_MAC_WIFI_STA));
    snprintf(name, 33, "PROV_%02X%02X%02X", mac[3], mac[4], mac[5]);
}

static void provision(sy_factory *factory) {
    if (factory->salt_length == 0 || factory->verifier_length == 0) {
        ESP_LOGE(TAG, "no salt and verifier in fctry: this device cannot be given its Wi-Fi; write the wizard's files to it");
        return;
    }
    char name[33];
    /* Static: the manager reads it until the end of the provisioning. */
    static network_prov_security2_params_t security;
    security = (network_prov_security2_params_t){
        .salt = (const char *)factory->salt,
        .salt_len = (uint16_t)factory->salt_length,
        .verifier = (const char *)factory->verifier,
        .verifier_len = (uint16_t)factory->verifier_length,
    };
    service_name(factory, name);
    ESP_ERROR_CHECK(network_prov_mgr_endpoint_create("custom-data"));
    ESP_ERROR_CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, &security, name, NULL));
    ESP_ERROR_CHECK(network_prov_mgr_endpoint_register("custom-data", on_custom_data, factory));
    ESP_LOGI(TAG, "waiting for Wi-Fi credentials as %s", name);
    network_prov_mgr_wait();
}

void network_start(sy_factory *factory) {
    bool provisioned = false;
    events = xEventGroupCreate();
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    station = esp_netif_create_default_wifi_sta();
    esp_netif_create_default_wifi_ap();
    ESP_ERROR_CHECK(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_event, NULL));
    ESP_ERROR_CHECK(esp_event_handler_register(IP_EVENT, IP_EVENT_STA_GOT_IP, on_event, NULL));
    ESP_ERROR_CHECK(esp_event_handler_register(NETWORK_PROV_EVENT, ESP_EVENT_ANY_ID, on_event, NULL));
    wifi_init_config_t wifi = WIFI_INIT_CONFIG_DEFAULT();
    ESP_ERROR_CHECK(esp_wifi_init(&wifi));
    network_prov_mgr_config_t manager = {.scheme = network_prov_scheme_softap, .scheme_event_handler = NETWORK_PROV_EVENT_HANDLER_NONE};
    ESP_ERROR_CHECK(network_prov_mgr_init(manager));
    ESP_ERROR_CHECK(network_prov_mgr_is_wifi_provisioned(&provisioned));
    if (!provisioned) provision(factory);
    network_prov_mgr_deinit();
    if (provisioned) {
        ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
        ESP_ERROR_CHECK(esp_wifi_start());
    }
    xEventGroupWaitBits(events, HAS_ADDRESS, pdFALSE, pdTRUE, portMAX_DELAY);
    esp_sntp_config_t sntp = ESP_NETIF_SNTP_DEFAULT_CONFIG("pool.ntp.org");
    ESP_ERROR_CHECK(esp_netif_sntp_init(&sntp));
}

bool network_facts(char ip[16], int *rssi) {
    esp_netif_ip_info_t info;
    wifi_ap_record_t point;
    if (esp_netif_get_ip_info(station, &info) != ESP_OK || esp_wifi_sta_get_ap_info(&point) != ESP_OK) return false;
    esp_ip4addr_ntoa(&info.ip, ip, 16);
    *rssi = point.rssi;
    return true;
}
