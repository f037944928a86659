#include "machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "claiming.h"
#include "esp_app_desc.h"
#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "link.h"
#include "motors.h"
#include "network.h"
#include "sy_commands.h"
#include "sy_json.h"
#include "sy_reports.h"
#include "updates.h"
#include "zones.h"

static const char TAG[] = "machine";

#define CHIP "ESP32-S3"
#define READING_SECONDS 5
#define FAST_STEP_MS 10
#define SLOW_STEP_MS 100
#define RECONNECT_MS 1000
/* A broker may learn of a new password later than the device: one that reads it from a file needs somebody who writes the file. */
#define PASSWORD_TRIAL_MS 60000
#define LAST_WORDS_MS 1500
/* Firmware on trial that is not online by then is given up: the next start is the old one's. */
#define TRIAL_MS 90000
/* The clock of the device is right once SNTP has set it. */
#define CLOCK_IS_SET 1700000000

static struct {
    sy_claim *claim;
    const char *hardware_id;
    int64_t boots;
    sy_envelope envelope;
    sy_commands commands;
    sy_config config;
    sy_config other;
    bool has_config;         /* from the server; else the slots of the claim */
    link_event later_config; /* that came while a motor turned */
    sy_turn turn;
    sy_remembered *turning;    /* the dispense that runs; NULL: none */
    sy_remembered *identifying;
    int64_t lamp_until_ms;
    char session[20];
    char next_password[SY_PASSWORD_LENGTH + 1]; /* "": no rotation */
    bool shows_next;         /* the new password was shown last, not the old one */
    int64_t trial_ends_ms;   /* of the new password; 0: it was not refused yet */
    bool online;
    bool was_online;
    bool door_open;
    int64_t connect_at_ms; /* 0: connected or connecting */
    int64_t read_at_ms;
    int64_t restart_at_ms; /* 0: not asked for */
    struct {
        int id;
        sy_remembered *entry;
    } results[SY_REMEMBERED]; /* that the broker has not confirmed yet */
    char text[SY_JSON_MAX_BYTES + 1];
} m;

static int64_t now_ms(void) { return esp_timer_get_time() / 1000; }

/* Unix milliseconds by the device's clock; -1: it was not set yet. */
static int64_t unix_ms(void) {
    struct timeval time;
    gettimeofday(&time, NULL);
    return time.tv_sec < CLOCK_IS_SET ? -1 : (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

static int local_minute(void) {
    time_t seconds = time(NULL);
    struct tm local;
    if (seconds < CLOCK_IS_SET || !localtime_r(&seconds, &local)) return -1;
    return local.tm_hour * 60 + local.tm_min;
}

static int send(const char *topic, size_t length) { return link_send(topic, m.text, length, false); }

static void acknowledge(sy_remembered *entry) {
    size_t place = (size_t)(entry - m.commands.log.entries);
    int id = send("ack", sy_write_ack(m.text, sizeof m.text, &m.envelope, unix_ms(), entry));
    m.results[place].id = id;
    /* Of another command that had this place nothing is awaited any more. */
    m.results[place].entry = id >= 0 && entry->phase >= SY_PHASE_DONE ? entry : NULL;
}

static void report_stock(const char *slot) {
    if (m.config.slot_count > 0) send("stock", sy_write_stock(m.text, sizeof m.text, &m.envelope, unix_ms(), &m.commands, slot));
}

static void report_config(const char *error) { send("cfg/rep", sy_write_config_report(m.text, sizeof m.text, &m.envelope, unix_ms(), &m.config, error)); }

static void report_readings(void) {
    char ip[16];
    int rssi = 0;
    network_facts(ip, &rssi);
    sy_metric metrics[] = {
        {"door", motors_door_open()},
        {"rssi_dbm", rssi},
        {"heap_free_b", (double)esp_get_free_heap_size()},
        {"uptime_s", (double)(now_ms() / 1000)},
    };
    send("tele", sy_write_telemetry(m.text, sizeof m.text, &m.envelope, unix_ms(), metrics, sizeof metrics / sizeof metrics[0]));
}

static const char *reset_reason(void) {
    switch (esp_reset_reason()) {
        case ESP_RST_POWERON: return "power_on";
        case ESP_RST_SW: return "software";
        case ESP_RST_PANIC: return "panic";
        case ESP_RST_BROWNOUT: return "brownout";
        case ESP_RST_INT_WDT:
        case ESP_RST_TASK_WDT:
        case ESP_RST_WDT: return "watchdog";
        default: return "other";
    }
}

static void use_zone(void) {
    const char *zone = zones_posix(m.config.timezone);
    if (!zone) ESP_LOGW(TAG, "the time zone %s is unknown here: windows of updates are taken as UTC", m.config.timezone);
    setenv("TZ", zone ? zone : "UTC0", 1);
    tzset();
}

/* The counts stay with their slots when the configuration changes; a new slot is empty. */
static void keep_counts(const sy_config *before) {
    static uint16_t stock[SY_MAX_SLOTS];
    static int32_t filled[SY_MAX_SLOTS];
    memcpy(stock, m.commands.stock, sizeof stock);
    memcpy(filled, m.commands.filled, sizeof filled);
    memset(m.commands.stock, 0, sizeof m.commands.stock);
    memset(m.commands.filled, 0, sizeof m.commands.filled);
    for (uint16_t i = 0; i < before->slot_count; i++) {
        int place = sy_stock_place(&m.commands, before->slots[i].slot);
        if (place < 0) continue;
        m.commands.stock[place] = stock[i];
        m.commands.filled[place] = filled[i];
    }
}

static void take_config(const char *payload, size_t length) {
    /* An empty message clears what is retained. */
    if (length == 0) return;
    const char *problem = sy_read_config(payload, length, &m.other);
    bool is_newer = !problem && (m.other.version > m.config.version || (m.other.version == m.config.version && !m.has_config));
    if (!is_newer) return report_config(problem);
    sy_store store = settings_store();
    if (!store.write(store.context, "config", payload, length)) return report_config("the flash cannot be written");
    sy_config before = m.config;
    m.config = m.other;
    m.has_config = true;
    keep_counts(&before);
    sy_stock_follow(&m.commands);
    sy_stock_save(&m.commands);
    use_zone();
    report_config(NULL);
    report_stock(NULL);
}

/* The stored configuration; before the first one the slots of the claim. */
static void load_config(void) {
    sy_store store = settings_store();
    size_t length = sizeof m.text;
    m.has_config = store.read(store.context, "config", m.text, &length) && !sy_read_config(m.text, length, &m.config);
    if (m.has_config) return;
    memset(&m.config, 0, sizeof m.config);
    m.config.version = m.claim->config_version;
    m.config.heartbeat_seconds = m.claim->heartbeat_seconds;
    strcpy(m.config.timezone, "UTC");
    for (uint16_t i = 0; i < m.claim->slot_count; i++) {
        sy_slot *slot = &m.config.slots[m.config.slot_count++];
        memcpy(slot->slot, m.claim->slots[i].slot, sizeof slot->slot);
        slot->capacity = m.claim->slots[i].capacity;
        slot->price = -1;
        slot->enabled = true;
    }
}

static void load_stock(void) {
    if (sy_stock_load(&m.commands)) return;
    for (uint16_t i = 0; i < m.claim->slot_count; i++) {
        int place = sy_stock_place(&m.commands, m.claim->slots[i].slot);
        if (place < 0) continue;
        m.commands.stock[place] = m.claim->slots[i].count;
        m.commands.filled[place] = m.claim->slots[i].filled;
    }
    sy_stock_save(&m.commands);
}

static void finish(sy_remembered *entry, const char *code) {
    sy_commands_finish(&m.commands, entry, code);
    acknowledge(entry);
    if (entry->type == SY_COMMAND_DISPENSE && !code) report_stock(entry->slot);
}

static void restart_soon(void) { m.restart_at_ms = now_ms() + LAST_WORDS_MS; }

/* The entry is on the flash as started: whatever happens from here on, this id is never begun again. */
static void begin(const sy_command *command, sy_remembered *entry) {
    acknowledge(entry);
    switch (command->type) {
        case SY_COMMAND_DISPENSE:
            if (!motors_select(command->slot)) return finish(entry, "UNKNOWN_SLOT");
            m.turning = entry;
            sy_turn_begin(&m.turn, now_ms());
            motors_power(true);
            break;
        case SY_COMMAND_IDENTIFY:
            if (m.identifying) finish(m.identifying, NULL);
            m.identifying = entry;
            m.lamp_until_ms = now_ms() + command->seconds * 1000;
            break;
        case SY_COMMAND_SELF_TEST: finish(entry, motors_sensors().over_current ? "MOTOR" : NULL); break;
        case SY_COMMAND_REBOOT: restart_soon(); break;
        case SY_COMMAND_ROTATE:
            if (settings_write_text("next_password", command->password) != ESP_OK) return finish(entry, "FAILED");
            memcpy(m.next_password, command->password, sizeof m.next_password);
            m.trial_ends_ms = 0;
            m.connect_at_ms = now_ms() + LAST_WORDS_MS;
            break;
        default: finish(entry, "UNKNOWN_TYPE"); break;
    }
}

static void take_command(const char *payload, size_t length) {
    sy_command command;
    if (!sy_read_command(payload, length, &command)) {
        ESP_LOGW(TAG, "a command that cannot be read");
        return;
    }
    int64_t now = unix_ms();
    if (now >= 0) sy_clock_set(&m.commands.clock, now, now_ms());
    m.commands.busy = m.turning || updates_installing() || m.restart_at_ms != 0;
    sy_answer answer = sy_commands_take(&m.commands, &command, now_ms());
    switch (answer.verdict) {
        case SY_BEGIN: begin(&command, answer.entry); break;
        case SY_QUERY:
            if (answer.entry) acknowledge(answer.entry);
            send("ack", sy_write_query_answer(m.text, sizeof m.text, &m.envelope, unix_ms(), command.id, answer.entry));
            break;
        default:
            if (answer.entry) acknowledge(answer.entry);
            else send("ack", sy_write_refusal(m.text, sizeof m.text, &m.envelope, unix_ms(), command.id, answer.code));
    }
}

/* The new one, for a minute from its first refusal; then the old one, once, which still works then; and so on. */
static bool choose_password(void) { return m.next_password[0] != '\0' && (m.trial_ends_ms == 0 || now_ms() < m.trial_ends_ms); }

static void password_refused(void) {
    if (!m.shows_next) m.trial_ends_ms = 0;
    else if (m.trial_ends_ms == 0) m.trial_ends_ms = now_ms() + PASSWORD_TRIAL_MS;
}

static void connect_now(void) {
    m.connect_at_ms = 0;
    m.online = false;
    m.shows_next = choose_password();
    link_connect(m.claim, m.shows_next ? m.next_password : m.claim->password, m.session);
}

/* The broker took a password: a rotation that was under way has ended. */
static void end_rotation(void) {
    if (m.next_password[0] == '\0') return;
    bool is_new = m.shows_next;
    if (is_new && claiming_change_password(m.claim, m.next_password) != ESP_OK) return;
    settings_erase("next_password");
    m.next_password[0] = '\0';
    for (size_t i = 0; i < SY_REMEMBERED; i++) {
        sy_remembered *entry = &m.commands.log.entries[i];
        if (entry->phase == SY_PHASE_STARTED && entry->type == SY_COMMAND_ROTATE) finish(entry, is_new ? NULL : "FAILED");
    }
}

static void came_online(void) {
    char ip[16] = "";
    int rssi = 0;
    network_facts(ip, &rssi);
    m.online = true;
    size_t length = sy_write_status(m.text, sizeof m.text, &m.envelope, unix_ms(), m.session, true, false, esp_app_get_description()->version, ip, rssi);
    link_send("status", m.text, length, true);
    updates_confirm();
    end_rotation();
    m.trial_ends_ms = 0;
    if (!m.was_online) send("diag", sy_write_diag(m.text, sizeof m.text, &m.envelope, unix_ms(), reset_reason(), m.boots, (int64_t)esp_get_free_heap_size(), CHIP, m.hardware_id));
    m.was_online = true;
    size_t at = 0;
    for (sy_remembered *entry; (entry = sy_commands_unreported(&m.commands, &at));) acknowledge(entry);
    report_config(NULL);
    report_stock(NULL);
    report_readings();
}

static void take_event(link_event *event) {
    switch (event->kind) {
        case LINK_CONNECTED: came_online(); break;
        case LINK_REFUSED: password_refused(); break;
        case LINK_LOST:
            m.online = false;
            if (m.connect_at_ms == 0) m.connect_at_ms = now_ms() + RECONNECT_MS + esp_random() % RECONNECT_MS;
            break;
        case LINK_COMMAND: take_command(event->data, event->length); break;
        case LINK_CONFIG:
            if (m.turning) {
                /* Slots do not change places under a motor that turns. The newest waits. */
                free(m.later_config.data);
                m.later_config = *event;
                return;
            }
            take_config(event->data, event->length);
            break;
        case LINK_UPDATE: updates_take(event->data, event->length); break;
        case LINK_TAKEN:
            for (size_t i = 0; i < SY_REMEMBERED; i++) {
                if (!m.results[i].entry || m.results[i].id != event->id) continue;
                sy_commands_reported(&m.commands, m.results[i].entry);
                m.results[i].entry = NULL;
            }
            break;
    }
    free(event->data);
}

static void step_turn(void) {
    const char *code;
    if (!m.turning) return;
    bool over = sy_turn_step(&m.turn, motors_sensors(), now_ms(), &code);
    motors_power(sy_turn_powered(&m.turn));
    if (!over) return;
    sy_remembered *entry = m.turning;
    m.turning = NULL;
    finish(entry, code);
    if (!m.later_config.data) return;
    take_config(m.later_config.data, m.later_config.length);
    free(m.later_config.data);
    m.later_config.data = NULL;
}

static void step_lamp(void) {
    if (!m.identifying) return;
    bool over = now_ms() >= m.lamp_until_ms;
    motors_lamp(!over && now_ms() / 500 % 2 == 0);
    if (!over) return;
    finish(m.identifying, NULL);
    m.identifying = NULL;
}

static void step_updates(void) {
    updates_news news;
    if (!m.online || !updates_step(local_minute(), m.turning != NULL, &news)) return;
    send("ota/state", sy_write_ota_state(m.text, sizeof m.text, &m.envelope, unix_ms(), news.job, news.state, news.percent, news.error[0] != '\0' ? news.error : NULL));
    if (news.restart) restart_soon();
}

static void step_door(void) {
    bool open = motors_door_open();
    if (open == m.door_open) return;
    m.door_open = open;
    send("event", sy_write_event(m.text, sizeof m.text, &m.envelope, unix_ms(), open ? "door.open" : "door.closed", "info", NULL, NULL));
}

static void step_restart(void) {
    bool given_up = updates_on_trial() && !m.was_online && now_ms() > TRIAL_MS;
    if (!given_up && (m.restart_at_ms == 0 || now_ms() < m.restart_at_ms || m.turning)) return;
    if (m.online) {
        size_t length = sy_write_status(m.text, sizeof m.text, &m.envelope, unix_ms(), m.session, false, true, NULL, NULL, 0);
        link_send("status", m.text, length, true);
        link_event event;
        for (int64_t until = now_ms() + LAST_WORDS_MS; now_ms() < until;)
            if (link_next(&event, FAST_STEP_MS)) free(event.data);
    }
    link_close();
    esp_restart();
}

void machine_run(sy_claim *claim, const char *boot, const char *hardware_id, int64_t boots) {
    m.claim = claim;
    m.hardware_id = hardware_id;
    m.boots = boots;
    snprintf(m.envelope.boot, sizeof m.envelope.boot, "%s", boot);
    settings_read_text("next_password", m.next_password, sizeof m.next_password);
    m.commands.config = &m.config;
    load_config();
    use_zone();
    sy_log_open(&m.commands.log, settings_store());
    load_stock();
    sy_commands_recover(&m.commands, m.next_password[0] != '\0');
    /* The power may have gone between the configuration and the counts. */
    sy_stock_follow(&m.commands);
    sy_clock_heard(&m.commands.clock, claim->server_time, now_ms());
    updates_open(claim->firmware_key);
    link_open(claim, &m.envelope);
    connect_now();
    for (;;) {
        link_event event;
        if (link_next(&event, m.turning ? FAST_STEP_MS : SLOW_STEP_MS)) take_event(&event);
        step_turn();
        step_lamp();
        step_door();
        step_updates();
        if (m.connect_at_ms != 0 && now_ms() >= m.connect_at_ms) connect_now();
        int64_t interval = (m.config.heartbeat_seconds < READING_SECONDS ? m.config.heartbeat_seconds : READING_SECONDS) * 1000;
        if (m.online && now_ms() - m.read_at_ms >= interval) {
            m.read_at_ms = now_ms();
            report_readings();
        }
        step_restart();
    }
}
