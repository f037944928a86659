#ifndef SY_REPORTS_H
#define SY_REPORTS_H

#include "sy_commands.h"

/* What a device says by itself. Each returns the length of the message; 0: it did not fit. */

typedef struct {
    const char *name; /* snake_case, at most 32 characters */
    double value;
} sy_metric;

/* `session`: new at each connection, the same in the will. `online` with what is known; a goodbye is `clean`. */
size_t sy_write_status(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *session, bool online, bool clean, const char *firmware, const char *ip, int rssi);
size_t sy_write_telemetry(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const sy_metric *metrics, size_t count);

/* All slots, or the one. The contract wants one slot at least. */
size_t sy_write_stock(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const sy_commands *commands, const char *slot);
size_t sy_write_event(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *type, const char *level, const char *key, const char *value);
size_t sy_write_diag(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *reset_reason, int64_t boots, int64_t heap_free, const char *chip, const char *hardware_id);
size_t sy_write_log_line(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const char *level, const char *tag, const char *message);

/* What the device has of its configuration; `error`: why the newest was not taken, or NULL. Without the slots where they do not fit. */
size_t sy_write_config_report(char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts, const sy_config *config, const char *error);

#endif
