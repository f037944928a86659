#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sy_json.h"
#include "sy_messages.h"

static bool command(const char *text, sy_command *out) { return sy_read_command(text, strlen(text), out); }

static void times(void) {
    CHECK(sy_read_time("1970-01-01T00:00:00Z") == 0);
    CHECK(sy_read_time("2028-02-29T10:00:00.250Z") == 1835431200250LL);
    CHECK(sy_read_time("2000-03-01T00:00:00.000Z") == 951868800000LL);
    CHECK(sy_read_time("2028-02-29T10:00:00") == -1);
    CHECK(sy_read_time("2028-13-01T10:00:00Z") == -1);
    CHECK(sy_read_time("yesterday") == -1);
    CHECK(sy_read_time("2028-02-29T10:00:00+01:00") == -1);
}

static void commands(void) {
    sy_command read;
    CHECK(command("{\"v\":1,\"id\":\"cmd_1\",\"type\":\"dance\",\"exp\":2,\"ts\":1,\"args\":{}}", &read) && read.type == SY_COMMAND_UNKNOWN);
    CHECK(command("{\"v\":1,\"id\":\"cmd_1\",\"type\":\"identify\",\"exp\":2,\"ts\":1,\"args\":{\"seconds\":0}}", &read) && !read.args_fit);
    CHECK(command("{\"v\":1,\"id\":\"cmd_1\",\"type\":\"dispense\",\"exp\":2,\"ts\":1,\"args\":{\"slot\":\"A1\",\"order\":\"o\",\"mechanism\":\"magic\"}}", &read) && !read.args_fit);
    CHECK(!command("{\"v\":1,\"id\":\"cmd 1\",\"type\":\"reboot\",\"exp\":2,\"ts\":1,\"args\":{}}", &read));
    CHECK(!command("{\"v\":1,\"id\":\"\",\"type\":\"reboot\",\"exp\":2,\"ts\":1,\"args\":{}}", &read));
}

/* Broken messages of every kind are answered, in bounds. */
static void garbage(void) {
    static const char *const seeds[] = {
        "{\"v\":1,\"id\":\"cmd_1\",\"type\":\"dispense\",\"exp\":1835344820000,\"ts\":1835344800000,\"args\":{\"slot\":\"A1\",\"order\":\"ord_1\",\"mechanism\":\"motor\"}}",
        "{\"v\":1,\"version\":7,\"heartbeat_seconds\":30,\"timezone\":\"UTC\",\"slots\":[{\"slot\":\"A1\",\"sku\":\"W\",\"name\":null,\"price\":\"1\",\"capacity\":5,\"mechanism\":\"lock\",\"enabled\":true}]}",
        "{\"v\":1,\"job\":\"j\",\"url\":\"https://h/x\",\"size\":9,\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"version\":\"2\",\"window\":{\"from\":1,\"to\":2},\"manifest\":\"{}\",\"signature\":\"s\"}",
    };
    static sy_config config;
    static sy_claim claim;
    uint32_t random = 0xbad;
    for (int round = 0; round < 30000; round++) {
        const char *seed = seeds[round % 3];
        size_t length = strlen(seed);
        char *text = malloc(length);
        memcpy(text, seed, length);
        for (uint32_t i = random_next(&random) % 5; i > 0; i--) text[random_next(&random) % length] = (char)(random_next(&random) % 256);
        size_t used = random_next(&random) % 4 == 0 ? random_next(&random) % (length + 1) : length;
        char *exact = realloc(text, used > 0 ? used : 1);
        sy_command as_command;
        sy_ota as_ota;
        sy_read_command(exact, used, &as_command);
        sy_read_config(exact, used, &config);
        sy_read_ota(exact, used, &as_ota);
        sy_read_claim(exact, used, &claim);
        CHECK(config.slot_count <= SY_MAX_SLOTS && claim.slot_count <= SY_MAX_SLOTS);
        free(exact);
    }
}

static void configurations(void) {
    static sy_config config;
    static char text[SY_JSON_MAX_BYTES + 256];
    size_t length = (size_t)snprintf(text, sizeof text, "{\"v\":1,\"version\":1,\"heartbeat_seconds\":5,\"timezone\":\"UTC\",\"slots\":[");
    int slots = 0;
    while (length < 7900) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s{\"slot\":\"%c%d\",\"sku\":\"S\",\"name\":null,\"price\":null,\"capacity\":1,\"mechanism\":\"lock\",\"enabled\":false}", slots > 0 ? "," : "", 'A' + slots / 90, 10 + slots % 90);
        slots++;
    }
    length += (size_t)snprintf(text + length, sizeof text - length, "]}");
    CHECK(sy_read_config(text, length, &config) == NULL);
    CHECK(config.slot_count == slots && config.slots[0].price == -1 && config.slots[slots - 1].mechanism == SY_MECHANISM_LOCK);
    CHECK(sy_config_slot(&config, "A10") == &config.slots[0] && sy_config_slot(&config, "Z9") == NULL);
}

/* Sixty-four Korean characters are 192 bytes: as many are kept as fit, and none of them in part. */
static void names(void) {
    static sy_config config;
    char text[1024] = "{\"v\":1,\"version\":1,\"heartbeat_seconds\":5,\"timezone\":\"UTC\",\"slots\":[{\"slot\":\"A1\",\"sku\":null,\"name\":\"";
    for (int i = 0; i < 64; i++) strcat(text, i == 0 ? "ab" : "\xed\x83\x84");
    strcat(text, "\",\"price\":null,\"capacity\":1,\"mechanism\":\"lock\",\"enabled\":false}]}");
    CHECK(sy_read_config(text, strlen(text), &config) == NULL);
    CHECK(strlen(config.slots[0].name) == 2 + 31 * 3);
}

void test_messages(void) {
    names();
    times();
    commands();
    configurations();
    garbage();
}
