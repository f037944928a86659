#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sy_commands.h"

/* Flash in memory. The power goes after so many writes: from then on nothing is kept. */
typedef struct {
    char keys[64][16];
    unsigned char values[64][512];
    size_t lengths[64];
    int count;
    int writes_left; /* negative: any number */
    bool power;
} memory;

static int find(memory *flash, const char *key) {
    for (int i = 0; i < flash->count; i++)
        if (strcmp(flash->keys[i], key) == 0) return i;
    return -1;
}

static bool read_key(void *context, const char *key, void *buffer, size_t *length) {
    memory *flash = context;
    int at = find(flash, key);
    if (at < 0 || flash->lengths[at] > *length) return false;
    memcpy(buffer, flash->values[at], flash->lengths[at]);
    *length = flash->lengths[at];
    return true;
}

static bool write_key(void *context, const char *key, const void *data, size_t length) {
    memory *flash = context;
    CHECK(strlen(key) <= 15 && length <= 512);
    if (flash->writes_left == 0) flash->power = false;
    if (!flash->power) return false;
    if (flash->writes_left > 0) flash->writes_left--;
    int at = find(flash, key);
    if (at < 0) {
        at = flash->count++;
        strcpy(flash->keys[at], key);
    }
    memcpy(flash->values[at], data, length);
    flash->lengths[at] = length;
    return true;
}

static memory flash;
static sy_config config = {.version = 1, .slot_count = 3, .slots = {{.slot = "A1", .capacity = 9, .enabled = true}, {.slot = "A2", .capacity = 9, .enabled = true}, {.slot = "B1", .capacity = 9}}};

static void boot(sy_commands *commands) {
    flash.power = true;
    flash.writes_left = -1;
    memset(commands, 0, sizeof *commands);
    commands->config = &config;
    sy_log_open(&commands->log, (sy_store){.context = &flash, .read = read_key, .write = write_key});
    sy_stock_load(commands);
    sy_commands_recover(commands, false);
}

static void first_boot(sy_commands *commands) {
    memset(&flash, 0, sizeof flash);
    boot(commands);
    for (int i = 0; i < 3; i++) commands->stock[i] = 9;
    CHECK(sy_stock_save(commands));
}

static sy_command dispense(int number, const char *slot, int64_t exp) {
    sy_command command = {.type = SY_COMMAND_DISPENSE, .exp = exp, .ts = exp - 20000, .args_fit = true};
    snprintf(command.id, sizeof command.id, "cmd_%d", number);
    snprintf(command.slot, sizeof command.slot, "%s", slot);
    strcpy(command.order, "ord_1");
    return command;
}

static bool refused(sy_commands *commands, const sy_command *command, const char *code) {
    sy_answer answer = sy_commands_take(commands, command, 0);
    return answer.verdict == SY_SAY && answer.entry && answer.entry->phase == SY_PHASE_FAILED && strcmp(answer.entry->code, code) == 0;
}

static void refusals(void) {
    sy_commands commands;
    first_boot(&commands);
    sy_command command = dispense(1, "Z9", 100000);
    CHECK(refused(&commands, &command, "UNKNOWN_SLOT"));
    command = dispense(2, "B1", 100000);
    CHECK(refused(&commands, &command, "DISABLED"));
    commands.stock[0] = 0;
    command = dispense(3, "A1", 100000);
    CHECK(refused(&commands, &command, "EMPTY"));
    commands.stock[0] = 9;
    CHECK(refused(&commands, &command, "EMPTY")); /* It stays so. */
    command = dispense(4, "A1", 100000);
    command.ts = 0;
    command.exp = SY_LONGEST_EXPIRY_MS + 1;
    CHECK(refused(&commands, &command, "FAILED"));
    command = dispense(5, "A1", 100000);
    command.args_fit = false;
    CHECK(refused(&commands, &command, "FAILED"));
    command = dispense(6, "A1", 100000);
    command.type = SY_COMMAND_UNKNOWN;
    CHECK(refused(&commands, &command, "UNKNOWN_TYPE"));
    commands.busy = true;
    command = dispense(7, "A1", 100000);
    CHECK(refused(&commands, &command, "BUSY"));
    commands.busy = false;
    CHECK(refused(&commands, &command, "BUSY"));
    /* The server said 80 s when the device had counted 0 ms: at 20 000 it is 100 s there, whatever a late message says. */
    command = dispense(8, "A1", 100000);
    sy_answer answer = sy_commands_take(&commands, &command, 20000);
    CHECK(answer.verdict == SY_BEGIN);
    sy_commands_finish(&commands, answer.entry, NULL);
    command = dispense(9, "A1", 100000);
    answer = sy_commands_take(&commands, &command, 20001);
    CHECK(answer.verdict == SY_SAY && answer.was_late && strcmp(answer.entry->code, "EXPIRED") == 0);
}

static void results(void) {
    sy_commands commands;
    char text[256];
    sy_envelope envelope = {.boot = "b1"};
    first_boot(&commands);
    sy_command command = dispense(1, "A1", 100000);
    sy_answer answer = sy_commands_take(&commands, &command, 0);
    CHECK(answer.verdict == SY_BEGIN);
    CHECK(sy_write_ack(text, sizeof text, &envelope, -1, answer.entry) > 0 && strstr(text, "\"phase\":\"accepted\"") != NULL);
    sy_commands_finish(&commands, answer.entry, NULL);
    CHECK(commands.stock[0] == 8);
    size_t at = 0;
    sy_remembered *entry = sy_commands_unreported(&commands, &at);
    CHECK(entry && sy_commands_unreported(&commands, &at) == NULL);
    CHECK(sy_write_ack(text, sizeof text, &envelope, -1, entry) > 0 && strstr(text, "\"phase\":\"done\",\"data\":{\"slot\":\"A1\",\"order\":\"ord_1\",\"left\":8}") != NULL);
    sy_commands_reported(&commands, entry);
    boot(&commands);
    at = 0;
    CHECK(sy_commands_unreported(&commands, &at) == NULL && commands.stock[0] == 8);
    answer = sy_commands_take(&commands, &command, 0);
    CHECK(answer.verdict == SY_SAY && answer.entry->phase == SY_PHASE_DONE);
    sy_command query = {.type = SY_COMMAND_QUERY, .args_fit = true, .id = "cmd_q", .asked = "cmd_1"};
    answer = sy_commands_take(&commands, &query, 0);
    CHECK(answer.verdict == SY_QUERY && answer.entry);
    CHECK(sy_write_query_answer(text, sizeof text, &envelope, -1, query.id, answer.entry) > 0 && strstr(text, "\"data\":{\"id\":\"cmd_1\",\"phase\":\"done\"}") != NULL);
    strcpy(query.asked, "cmd_0");
    answer = sy_commands_take(&commands, &query, 0);
    CHECK(!answer.entry && sy_write_query_answer(text, sizeof text, &envelope, -1, query.id, NULL) > 0 && strstr(text, "UNKNOWN_ID") != NULL);
}

static void restarts(void) {
    sy_commands commands;
    first_boot(&commands);
    sy_command reboot = {.type = SY_COMMAND_REBOOT, .args_fit = true, .id = "cmd_r", .exp = 100000, .ts = 80000};
    CHECK(sy_commands_take(&commands, &reboot, 0).verdict == SY_BEGIN);
    sy_command rotate = {.type = SY_COMMAND_ROTATE, .args_fit = true, .id = "cmd_p", .exp = 100000, .ts = 80000};
    CHECK(sy_commands_take(&commands, &rotate, 0).verdict == SY_BEGIN);
    boot(&commands);
    CHECK(sy_log_find(&commands.log, "cmd_r")->phase == SY_PHASE_DONE);
    CHECK(strcmp(sy_log_find(&commands.log, "cmd_p")->code, "INTERRUPTED") == 0);
    /* Flash that cannot be written: nothing is begun. */
    flash.writes_left = 0;
    sy_command command = dispense(1, "A1", 100000);
    sy_answer answer = sy_commands_take(&commands, &command, 0);
    CHECK(answer.verdict == SY_SAY && !answer.entry && strcmp(answer.code, "FAILED") == 0);
}

/*
 * Commands come any number of times and in any order, some long after they fell out of memory; the power goes after any write. No motor turns twice for one id, and what
 * was counted out of the slot is what the device says was done.
 */
static void storm(uint32_t seed) {
    static uint8_t turned[4000];
    sy_commands commands;
    uint32_t random = seed;
    memset(turned, 0, sizeof turned);
    first_boot(&commands);
    int sent = 0;
    for (int round = 0; round < 600; round++) {
        int number = random_next(&random) % 3 == 0 || sent == 0 ? sent++ : (int)(random_next(&random) % (uint32_t)sent);
        sy_command command = dispense(number, random_next(&random) % 2 ? "A1" : "A2", 1000000 + number * 10);
        commands.stock[0] = commands.stock[1] = 9;
        if (flash.power) sy_stock_save(&commands);
        if (random_next(&random) % 4 == 0) flash.writes_left = (int)(random_next(&random) % 5);
        sy_answer answer = sy_commands_take(&commands, &command, (int64_t)(random_next(&random) % 1000));
        if (answer.verdict == SY_BEGIN) {
            /* The motor turns only where there is power: the entry was written. */
            turned[number]++;
            const char *code = random_next(&random) % 4 == 0 ? "JAM" : NULL;
            sy_commands_finish(&commands, answer.entry, code);
            if (!code && flash.power) CHECK(commands.stock[sy_stock_place(&commands, answer.entry->slot)] == 8);
        }
        CHECK(turned[number] <= 1);
        if (!flash.power || random_next(&random) % 20 == 0) boot(&commands);
    }
}

/* A result was stored, and the power went before the count was: the next start makes it good. */
static void count_after_cut(void) {
    sy_commands commands;
    first_boot(&commands);
    sy_command command = dispense(1, "A1", 100000);
    sy_answer answer = sy_commands_take(&commands, &command, 0);
    flash.writes_left = 1;
    sy_commands_finish(&commands, answer.entry, NULL);
    CHECK(!flash.power);
    boot(&commands);
    CHECK(commands.stock[0] == 8 && sy_log_find(&commands.log, "cmd_1")->phase == SY_PHASE_DONE);
    boot(&commands);
    CHECK(commands.stock[0] == 8);
}

/* What people put in is added once, whichever write the power goes at, beside what was sold meanwhile. */
static void fillings(void) {
    sy_commands commands;
    first_boot(&commands);
    commands.stock[0] = 2;
    CHECK(sy_stock_save(&commands));
    config.slots[0].filled = 5;
    flash.writes_left = 0;
    CHECK(!sy_stock_follow(&commands));
    boot(&commands);
    CHECK(commands.stock[0] == 2 && commands.filled[0] == 0);
    sy_command command = dispense(1, "A1", 100000);
    sy_commands_finish(&commands, sy_commands_take(&commands, &command, 0).entry, NULL);
    for (int again = 0; again < 2; again++) {
        CHECK(sy_stock_follow(&commands) && commands.stock[0] == 6 && commands.filled[0] == 5);
        boot(&commands);
    }
    config.slots[0].filled = 50;
    CHECK(sy_stock_follow(&commands) && commands.stock[0] == 9);
    config.slots[0].filled = 0;
    CHECK(sy_stock_follow(&commands) && commands.stock[0] == 0);
}

void test_commands(void) {
    refusals();
    results();
    restarts();
    count_after_cut();
    fillings();
    for (uint32_t seed = 1; seed <= 40; seed++) storm(seed * 2654435761u);
}
