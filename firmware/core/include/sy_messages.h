#ifndef SY_MESSAGES_H
#define SY_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sy_write.h"

/* Messages from the server: read and checked. The protocol, version 1, is that of src/shared/machines/device.ts. */

#define SY_ID_LENGTH 64
#define SY_SLOT_LENGTH 3
#define SY_SKU_LENGTH 24
#define SY_NAME_LENGTH 96
#define SY_MAX_SLOTS 96
#define SY_VERSION_LENGTH 32
#define SY_PASSWORD_LENGTH 128
#define SY_LATEST_TIME 253402300799999LL

typedef enum { SY_COMMAND_DISPENSE, SY_COMMAND_REBOOT, SY_COMMAND_IDENTIFY, SY_COMMAND_SELF_TEST, SY_COMMAND_ROTATE, SY_COMMAND_QUERY, SY_COMMAND_UNKNOWN } sy_command_type;
typedef enum { SY_MECHANISM_MOTOR, SY_MECHANISM_SERVO, SY_MECHANISM_LOCK } sy_mechanism;

typedef struct {
    char id[SY_ID_LENGTH + 1];
    sy_command_type type;
    int64_t exp; /* Unix milliseconds by the server's clock */
    int64_t ts;  /* when it was sent, by the same clock */
    bool args_fit;
    char slot[SY_SLOT_LENGTH + 1]; /* of dispense */
    char order[SY_ID_LENGTH + 1];
    sy_mechanism mechanism;
    int64_t seconds;                       /* of identify */
    char password[SY_PASSWORD_LENGTH + 1]; /* of rotate */
    char asked[SY_ID_LENGTH + 1];          /* of query */
} sy_command;

typedef struct {
    char slot[SY_SLOT_LENGTH + 1];
    char sku[SY_SKU_LENGTH + 1]; /* "": no product */
    char name[SY_NAME_LENGTH + 1];
    int64_t price; /* micro-credits; -1: none */
    uint16_t capacity;
    sy_mechanism mechanism;
    bool enabled;
    int32_t filled; /* what people put in less what they took out, ever, as Switchyard was told */
} sy_slot;

typedef struct {
    int32_t version;
    int32_t heartbeat_seconds;
    char timezone[64];
    uint16_t slot_count;
    sy_slot slots[SY_MAX_SLOTS];
} sy_config;

typedef struct {
    char job[SY_ID_LENGTH + 1];
    char url[1025];
    int64_t size;
    char sha256[65]; /* hexadecimal, lower case */
    char version[SY_VERSION_LENGTH + 1];
    bool has_window;
    int32_t window_from; /* minutes of the local day */
    int32_t window_to;
    char manifest[1025]; /* the bytes that are signed */
    char signature[89];  /* Ed25519, base64 */
} sy_ota;

/* True: it could be read. A type or arguments that are not known are for the one who answers. */
bool sy_read_command(const char *payload, size_t length, sy_command *command);

/* NULL: it could be read; else the reason why it is not taken. */
const char *sy_read_config(const char *payload, size_t length, sy_config *config);

bool sy_read_ota(const char *payload, size_t length, sy_ota *ota);

const sy_slot *sy_config_slot(const sy_config *config, const char *slot);
const char *sy_mechanism_name(sy_mechanism mechanism);
const char *sy_command_name(sy_command_type type);

/* Messages to the server. Each begins with the envelope; `seq` counts up within a boot, and the number is used up even if the message is lost. */

typedef struct {
    char boot[33];
    int64_t seq;
} sy_envelope;

/* `ts`: Unix milliseconds by the device's clock; negative: it has none. Ends with sy_message_end. */
void sy_message_begin(sy_write *w, char *buffer, size_t capacity, sy_envelope *envelope, int64_t ts);

/* The length of the message; 0: it did not fit. */
size_t sy_message_end(sy_write *w);

/* The claim, POST /device/v1/claim. */
typedef struct {
    char machine_id[SY_ID_LENGTH + 1];
    char mqtt_url[257];
    char username[SY_ID_LENGTH + 1];
    char password[SY_PASSWORD_LENGTH + 1];
    char client_id[SY_ID_LENGTH + 1];
    char ca_pem[3073];       /* "": a public authority, or none */
    char firmware_key[45];   /* Ed25519, base64; "": none, no update is taken */
    int32_t config_version;
    int32_t heartbeat_seconds;
    uint16_t slot_count;
    struct {
        char slot[SY_SLOT_LENGTH + 1];
        uint16_t capacity;
        uint16_t count;
        int32_t filled; /* the sum that the count is at */
    } slots[SY_MAX_SLOTS];
    int64_t server_time; /* Unix milliseconds */
} sy_claim;

size_t sy_write_claim(char *buffer, size_t capacity, const char *token, const char *hardware_id, const char *chip, const char *firmware_version, const char *boot);
bool sy_read_claim(const char *payload, size_t length, sy_claim *claim);

/* `2028-02-29T10:00:00.000Z` as Unix milliseconds; -1: no such time. */
int64_t sy_read_time(const char *text);

#endif
