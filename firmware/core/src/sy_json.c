#include "sy_json.h"

#include <string.h>

typedef struct {
    const unsigned char *text;
    size_t length;
    size_t at;
    sy_json_token *tokens;
    size_t capacity;
    size_t count;
    int depth;
} reader;

static bool read_value(reader *r);

static void skip_space(reader *r) {
    while (r->at < r->length && (r->text[r->at] == ' ' || r->text[r->at] == '\t' || r->text[r->at] == '\n' || r->text[r->at] == '\r')) r->at++;
}

static bool take(reader *r, char wanted) {
    if (r->at >= r->length || r->text[r->at] != (unsigned char)wanted) return false;
    r->at++;
    return true;
}

static sy_json_token *open_token(reader *r, sy_json_type type) {
    if (r->count >= r->capacity) return NULL;
    sy_json_token *token = &r->tokens[r->count++];
    memset(token, 0, sizeof *token);
    token->type = (uint8_t)type;
    token->start = (uint16_t)r->at;
    return token;
}

static void close_token(reader *r, sy_json_token *token) {
    token->end = (uint16_t)r->at;
    token->next = (uint16_t)r->count;
}

static bool is_hex(unsigned char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/* One character of UTF-8: its bytes; 0 when it is none (overlong, a surrogate, beyond U+10FFFF, cut off). RFC 3629. */
static size_t utf8_length(const unsigned char *text, size_t left) {
    unsigned char c = text[0];
    if (c < 0x80) return 1;
    size_t length = c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    if (length == 0 || length > left) return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80) return 0;
    if (c == 0xE0 && text[1] < 0xA0) return 0;
    if (c == 0xED && text[1] > 0x9F) return 0;
    if (c == 0xF0 && text[1] < 0x90) return 0;
    if (c == 0xF4 && text[1] > 0x8F) return 0;
    return length;
}

static bool skip_escape(reader *r) {
    if (r->at >= r->length) return false;
    unsigned char c = r->text[r->at++];
    if (c != 'u') return strchr("\"\\/bfnrt", c) != NULL && c != '\0';
    for (int i = 0; i < 4; i++)
        if (r->at >= r->length || !is_hex(r->text[r->at++])) return false;
    return true;
}

static bool read_string(reader *r) {
    if (!take(r, '"')) return false;
    sy_json_token *token = open_token(r, SY_JSON_STRING);
    if (!token) return false;
    while (r->at < r->length) {
        unsigned char c = r->text[r->at];
        if (c == '"') {
            close_token(r, token);
            r->at++;
            return true;
        }
        if (c < 0x20) return false;
        if (c == '\\') {
            r->at++;
            if (!skip_escape(r)) return false;
            continue;
        }
        size_t length = utf8_length(r->text + r->at, r->length - r->at);
        if (length == 0) return false;
        r->at += length;
    }
    return false;
}

static size_t skip_digits(reader *r) {
    size_t from = r->at;
    while (r->at < r->length && r->text[r->at] >= '0' && r->text[r->at] <= '9') r->at++;
    return r->at - from;
}

static bool read_number(reader *r) {
    sy_json_token *token = open_token(r, SY_JSON_NUMBER);
    if (!token) return false;
    take(r, '-');
    bool zero = r->at < r->length && r->text[r->at] == '0';
    size_t digits = skip_digits(r);
    if (digits == 0 || (zero && digits > 1)) return false;
    if (take(r, '.') && skip_digits(r) == 0) return false;
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+')) take(r, '-');
        if (skip_digits(r) == 0) return false;
    }
    close_token(r, token);
    return true;
}

static bool read_word(reader *r, const char *word, sy_json_type type) {
    size_t length = strlen(word);
    if (r->length - r->at < length || memcmp(r->text + r->at, word, length) != 0) return false;
    sy_json_token *token = open_token(r, type);
    if (!token) return false;
    r->at += length;
    close_token(r, token);
    return true;
}

static bool read_container(reader *r, bool object) {
    sy_json_token *token = open_token(r, object ? SY_JSON_OBJECT : SY_JSON_ARRAY);
    if (!token || ++r->depth > SY_JSON_MAX_DEPTH) return false;
    r->at++;
    char end = object ? '}' : ']';
    skip_space(r);
    if (!take(r, end)) {
        do {
            skip_space(r);
            if (object) {
                if (!read_string(r)) return false;
                skip_space(r);
                if (!take(r, ':')) return false;
            }
            if (!read_value(r)) return false;
            token->count++;
            skip_space(r);
        } while (take(r, ','));
        if (!take(r, end)) return false;
    }
    r->depth--;
    close_token(r, token);
    return true;
}

static bool read_value(reader *r) {
    skip_space(r);
    if (r->at >= r->length) return false;
    switch (r->text[r->at]) {
        case '{': return read_container(r, true);
        case '[': return read_container(r, false);
        case '"': return read_string(r);
        case 't': return read_word(r, "true", SY_JSON_TRUE);
        case 'f': return read_word(r, "false", SY_JSON_FALSE);
        case 'n': return read_word(r, "null", SY_JSON_NULL);
        default: return read_number(r);
    }
}

bool sy_json_parse(sy_json *json, const char *text, size_t length, sy_json_token *tokens, size_t capacity) {
    json->text = text;
    json->tokens = tokens;
    json->count = 0;
    if (length == 0 || length > SY_JSON_MAX_BYTES) return false;
    reader r = {.text = (const unsigned char *)text, .length = length, .tokens = tokens, .capacity = capacity};
    if (!read_value(&r)) return false;
    skip_space(&r);
    if (r.at != length) return false;
    json->count = r.count;
    return true;
}

bool sy_json_is(const sy_json *json, int token, sy_json_type type) { return token >= 0 && (size_t)token < json->count && json->tokens[token].type == (uint8_t)type; }

int sy_json_member(const sy_json *json, int object, const char *name) {
    if (!sy_json_is(json, object, SY_JSON_OBJECT)) return -1;
    int found = -1;
    int key = sy_json_first(object);
    for (uint16_t i = 0; i < json->tokens[object].count; i++) {
        int value = json->tokens[key].next;
        if (sy_json_equals(json, key, name)) found = value;
        key = json->tokens[value].next;
    }
    return found;
}

static uint32_t hex4(const char *text) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        value = value * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static size_t put_utf8(uint32_t code, char *out) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | (code >> 12));
        out[1] = (char)(0x80 | ((code >> 6) & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (code >> 18));
    out[1] = (char)(0x80 | ((code >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((code >> 6) & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* One character behind a backslash at `*at`, which is moved behind it. 0: none that is kept. */
static size_t unescape(const char *text, size_t end, size_t *at, char *out) {
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char c = text[(*at)++];
    if (c != 'u') {
        out[0] = to[strchr(from, c) - from];
        return 1;
    }
    uint32_t code = hex4(text + *at);
    *at += 4;
    if (code >= 0xDC00 && code <= 0xDFFF) return 0;
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (end - *at < 6 || text[*at] != '\\' || text[*at + 1] != 'u') return 0;
        uint32_t low = hex4(text + *at + 2);
        if (low < 0xDC00 || low > 0xDFFF) return 0;
        *at += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    return code == 0 ? 0 : put_utf8(code, out);
}

bool sy_json_string(const sy_json *json, int token, char *out, size_t capacity) {
    if (!sy_json_is(json, token, SY_JSON_STRING) || capacity == 0) return false;
    size_t at = json->tokens[token].start;
    size_t end = json->tokens[token].end;
    size_t length = 0;
    while (at < end) {
        char bytes[4];
        size_t count = 1;
        if (json->text[at] == '\\') {
            at++;
            count = unescape(json->text, end, &at, bytes);
            if (count == 0) return false;
        } else {
            bytes[0] = json->text[at++];
        }
        if (length + count >= capacity) return false;
        memcpy(out + length, bytes, count);
        length += count;
    }
    out[length] = '\0';
    return true;
}

bool sy_json_equals(const sy_json *json, int token, const char *text) {
    /* Names of the protocol are shorter than this; a longer one is none of them. */
    char own[64];
    return sy_json_string(json, token, own, sizeof own) && strcmp(own, text) == 0;
}

bool sy_json_integer(const sy_json *json, int token, int64_t least, int64_t most, int64_t *out) {
    if (!sy_json_is(json, token, SY_JSON_NUMBER)) return false;
    const char *at = json->text + json->tokens[token].start;
    const char *end = json->text + json->tokens[token].end;
    bool negative = *at == '-';
    if (negative) at++;
    int64_t value = 0;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9') return false;
        if (value > (INT64_MAX - (*at - '0')) / 10) return false;
        value = value * 10 + (*at - '0');
    }
    if (negative) value = -value;
    if (value < least || value > most) return false;
    *out = value;
    return true;
}

bool sy_json_bool(const sy_json *json, int token, bool *out) {
    *out = sy_json_is(json, token, SY_JSON_TRUE);
    return *out || sy_json_is(json, token, SY_JSON_FALSE);
}
