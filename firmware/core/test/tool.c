#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sy_json.h"
#include "sy_reports.h"
#include "sy_update.h"

/*
 * What the core understands and says, for comparison with the schemas of the server: `tool read cmd|cfg|ota|claim <file>` prints what it read, or ends with 2 when it takes it not;
 * `tool write` prints one message of each kind, its topic before it.
 */
static char text[SY_JSON_MAX_BYTES + 1];
static char out[3 * SY_JSON_MAX_BYTES];

static size_t load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(1);
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    return length;
}

static void optional(sy_write *w, const char *key, const char *value) {
    if (value[0] != '\0') sy_write_string(w, key, value);
    else sy_write_null(w, key);
}

static void print_command(sy_write *w, const sy_command *command) {
    sy_write_string(w, "id", command->id);
    sy_write_string(w, "type", sy_command_name(command->type));
    sy_write_integer(w, "exp", command->exp);
    sy_write_integer(w, "ts", command->ts);
    sy_write_object(w, "args");
    if (command->type == SY_COMMAND_DISPENSE) {
        sy_write_string(w, "slot", command->slot);
        sy_write_string(w, "order", command->order);
        sy_write_string(w, "mechanism", sy_mechanism_name(command->mechanism));
    }
    if (command->type == SY_COMMAND_IDENTIFY) sy_write_integer(w, "seconds", command->seconds);
    if (command->type == SY_COMMAND_ROTATE) sy_write_string(w, "password", command->password);
    if (command->type == SY_COMMAND_QUERY) sy_write_string(w, "id", command->asked);
    sy_write_object_end(w);
}

static void print_config(sy_write *w, const sy_config *config) {
    sy_write_integer(w, "version", config->version);
    sy_write_integer(w, "heartbeat_seconds", config->heartbeat_seconds);
    sy_write_string(w, "timezone", config->timezone);
    sy_write_array(w, "slots");
    for (uint16_t i = 0; i < config->slot_count; i++) {
        const sy_slot *slot = &config->slots[i];
        char price[24] = "";
        if (slot->price >= 0) snprintf(price, sizeof price, "%" PRId64, slot->price);
        sy_write_object(w, NULL);
        sy_write_string(w, "slot", slot->slot);
        optional(w, "sku", slot->sku);
        optional(w, "name", slot->name);
        optional(w, "price", price);
        sy_write_integer(w, "capacity", slot->capacity);
        sy_write_string(w, "mechanism", sy_mechanism_name(slot->mechanism));
        sy_write_bool(w, "enabled", slot->enabled);
        sy_write_integer(w, "filled", slot->filled);
        sy_write_object_end(w);
    }
    sy_write_array_end(w);
}

static void print_ota(sy_write *w, const sy_ota *ota) {
    sy_write_string(w, "job", ota->job);
    sy_write_string(w, "url", ota->url);
    sy_write_integer(w, "size", ota->size);
    sy_write_string(w, "sha256", ota->sha256);
    sy_write_string(w, "version", ota->version);
    if (ota->has_window) {
        sy_write_object(w, "window");
        sy_write_integer(w, "from", ota->window_from);
        sy_write_integer(w, "to", ota->window_to);
        sy_write_object_end(w);
    } else {
        sy_write_null(w, "window");
    }
    sy_write_string(w, "manifest", ota->manifest);
    sy_write_string(w, "signature", ota->signature);
}

static void print_claim(sy_write *w, const sy_claim *claim) {
    sy_write_string(w, "machine_id", claim->machine_id);
    sy_write_object(w, "mqtt");
    sy_write_string(w, "url", claim->mqtt_url);
    sy_write_string(w, "username", claim->username);
    sy_write_string(w, "password", claim->password);
    sy_write_string(w, "client_id", claim->client_id);
    optional(w, "ca_pem", claim->ca_pem);
    sy_write_object_end(w);
    optional(w, "firmware_key", claim->firmware_key);
    sy_write_integer(w, "server_time", claim->server_time);
    sy_write_integer(w, "version", claim->config_version);
    sy_write_integer(w, "heartbeat_seconds", claim->heartbeat_seconds);
    sy_write_array(w, "slots");
    for (uint16_t i = 0; i < claim->slot_count; i++) {
        sy_write_object(w, NULL);
        sy_write_string(w, "slot", claim->slots[i].slot);
        sy_write_integer(w, "capacity", claim->slots[i].capacity);
        sy_write_integer(w, "count", claim->slots[i].count);
        sy_write_integer(w, "filled", claim->slots[i].filled);
        sy_write_object_end(w);
    }
    sy_write_array_end(w);
}

static int read_file(const char *kind, const char *path) {
    static sy_command command;
    static sy_config config;
    static sy_ota ota;
    static sy_claim claim;
    size_t length = load(path);
    sy_write w;
    sy_write_begin(&w, out, sizeof out);
    sy_write_object(&w, NULL);
    if (strcmp(kind, "cmd") == 0) {
        if (!sy_read_command(text, length, &command) || command.type == SY_COMMAND_UNKNOWN || !command.args_fit) return 2;
        print_command(&w, &command);
    } else if (strcmp(kind, "cfg") == 0) {
        const char *problem = sy_read_config(text, length, &config);
        if (problem) return puts(problem), 2;
        print_config(&w, &config);
    } else if (strcmp(kind, "ota") == 0) {
        if (!sy_read_ota(text, length, &ota)) return 2;
        print_ota(&w, &ota);
    } else if (strcmp(kind, "claim") == 0) {
        if (!sy_read_claim(text, length, &claim)) return 2;
        print_claim(&w, &claim);
    } else {
        return 1;
    }
    sy_write_object_end(&w);
    if (!sy_write_end(&w)) return 1;
    puts(out);
    return 0;
}

static int say(const char *topic, size_t length) {
    if (length == 0) return 1;
    printf("%s %s\n", topic, text);
    return 0;
}

static int write_all(void) {
    static sy_commands commands;
    static sy_config config = {.version = 7, .heartbeat_seconds = 30, .timezone = "Asia/Seoul", .slot_count = 2, .slots = {{.slot = "A1", .sku = "WATER-05", .price = 1500000, .capacity = 10, .enabled = true, .filled = 12}, {.slot = "B12", .price = -1, .capacity = 1}}};
    sy_envelope envelope = {.boot = "b0123abcd"};
    int64_t ts = 1835344800000LL;
    sy_metric metrics[] = {{"temp_c", 4.125}, {"door", 0}, {"rssi_dbm", -61}, {"broken", 0.0 / 0.0}};
    sy_remembered started = {.id = "cmd_1", .type = SY_COMMAND_DISPENSE, .phase = SY_PHASE_STARTED, .slot = "A1", .order = "ord_1"};
    sy_remembered done = {.id = "cmd_1", .type = SY_COMMAND_DISPENSE, .phase = SY_PHASE_DONE, .slot = "A1", .order = "ord_1", .left = 4};
    sy_remembered failed = {.id = "cmd_2", .type = SY_COMMAND_DISPENSE, .phase = SY_PHASE_FAILED, .slot = "A1", .order = "ord_1", .code = "JAM"};
    sy_remembered interrupted = {.id = "cmd_3", .type = SY_COMMAND_SELF_TEST, .phase = SY_PHASE_FAILED, .code = "INTERRUPTED"};
    commands.config = &config;
    commands.stock[0] = 4;
    commands.filled[0] = 12;
    char *t = text;
    size_t n = sizeof text;
    sy_envelope *e = &envelope;
    return say("status", sy_write_status(t, n, e, -1, "s1", false, false, NULL, NULL, 0)) | say("status", sy_write_status(t, n, e, ts, "s1", true, false, "1.0.0", "192.168.4.20", -61)) |
           say("status", sy_write_status(t, n, e, ts, "s1", false, true, NULL, NULL, 0)) | say("tele", sy_write_telemetry(t, n, e, ts, metrics, 4)) |
           say("stock", sy_write_stock(t, n, e, ts, &commands, NULL)) | say("stock", sy_write_stock(t, n, e, ts, &commands, "B12")) |
           say("event", sy_write_event(t, n, e, ts, "door.open", "info", NULL, NULL)) | say("event", sy_write_event(t, n, e, ts, "jam", "error", "slot", "A1")) |
           say("diag", sy_write_diag(t, n, e, ts, "power_on", 12, 182000, "ESP32-S3", "A0:B1:C2:D3:E4:F5")) | say("log", sy_write_log_line(t, n, e, ts, "info", "main", "started \"1.0.0\" – ok")) |
           say("ack", sy_write_ack(t, n, e, ts, &started)) | say("ack", sy_write_ack(t, n, e, ts, &done)) | say("ack", sy_write_ack(t, n, e, ts, &failed)) | say("ack", sy_write_ack(t, n, e, ts, &interrupted)) |
           say("ack", sy_write_refusal(t, n, e, ts, "cmd_4", "BUSY")) | say("ack", sy_write_query_answer(t, n, e, ts, "cmd_5", &failed)) | say("ack", sy_write_query_answer(t, n, e, ts, "cmd_6", NULL)) |
           say("cfg/rep", sy_write_config_report(t, n, e, ts, &config, NULL)) | say("cfg/rep", sy_write_config_report(t, 200, e, ts, &config, "slots: one comes twice")) |
           say("ota/state", sy_write_ota_state(t, n, e, ts, "rol_1-1", "downloading", 40, NULL)) | say("ota/state", sy_write_ota_state(t, n, e, ts, "rol_1-1", "failed", -1, "SHA-256 does not match")) |
           say("claim", sy_write_claim(t, n, "0123456789ABCDEFGHJKMNPQRS", "A0:B1:C2:D3:E4:F5", "ESP32-S3", "1.0.0", "b0123abcd"));
}

int main(int count, char **arguments) {
    if (count == 4 && strcmp(arguments[1], "read") == 0) return read_file(arguments[2], arguments[3]);
    if (count == 2 && strcmp(arguments[1], "write") == 0) return write_all();
    fputs("tool read cmd|cfg|ota|claim <file>\ntool write\n", stderr);
    return 1;
}
