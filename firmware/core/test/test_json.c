#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sy_json.h"

static sy_json_token tokens[256];

/* Reads from a heap block of just this size: one byte too far is found by the sanitizer. */
static bool parse(const char *text, size_t length, size_t capacity) {
    sy_json json;
    char *own = malloc(length > 0 ? length : 1);
    if (length > 0) memcpy(own, text, length);
    bool read = sy_json_parse(&json, own, length, tokens, capacity);
    if (read) {
        char out[64];
        int64_t number;
        bool truth;
        for (int i = 0; i < (int)json.count; i++) {
            sy_json_string(&json, i, out, sizeof out);
            sy_json_integer(&json, i, INT64_MIN, INT64_MAX, &number);
            sy_json_bool(&json, i, &truth);
            sy_json_member(&json, i, "id");
        }
    }
    free(own);
    return read;
}

static const char *const GOOD[] = {
    "{}", "[]", "null", "true", "false", "0", "-0", "1.5e+10", "\"\"", " [ 1 , 2 ] ", "{\"a\":{\"b\":[{}]}}", "\"\\u00e4\\ud83d\\ude00\"", "\"\xc3\xa4\"", "\"\xf0\x9f\x98\x80\"",
    "[[[[[[[[[[[1]]]]]]]]]]]",
};
static const char *const BAD[] = {
    "", " ", "{", "}", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "+1", "1.", ".5", "1e", "-", "nul", "truee", "\"", "\"\\x\"", "\"\\u12\"", "\"\x01\"", "[1 2]", "{} {}",
    "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xe2\x82\"", "\xff", "[[[[[[[[[[[[[1]]]]]]]]]]]]]", "'a'", "[NaN]", "\"\\", "\"\\u", "{\"a\":1,\"b\"",
};

static void numbers(void) {
    sy_json json;
    int64_t value;
    const char *text = "[0,-5,9007199254740993,1.0,1e3,9223372036854775807,9223372036854775808,\"7\"]";
    CHECK(sy_json_parse(&json, text, strlen(text), tokens, 256));
    CHECK(sy_json_integer(&json, 1, 0, 10, &value) && value == 0);
    CHECK(sy_json_integer(&json, 2, -10, 10, &value) && value == -5);
    CHECK(!sy_json_integer(&json, 2, 0, 10, &value));
    CHECK(sy_json_integer(&json, 3, 0, INT64_MAX, &value) && value == 9007199254740993LL);
    CHECK(!sy_json_integer(&json, 4, 0, 10, &value));
    CHECK(!sy_json_integer(&json, 5, 0, 10000, &value));
    CHECK(sy_json_integer(&json, 6, 0, INT64_MAX, &value) && value == INT64_MAX);
    CHECK(!sy_json_integer(&json, 7, 0, INT64_MAX, &value));
    CHECK(!sy_json_integer(&json, 8, 0, 10, &value));
}

static void strings(void) {
    sy_json json;
    char out[16];
    const char *text = "{\"a\":\"\\\"\\\\\\/\\n\\u00e4\",\"b\":\"\\ud83d\\ude00\",\"c\":\"\\ud83d\",\"d\":\"\\u0000\",\"e\":\"0123456789abcde\",\"f\":\"0123456789abcdef\",\"a2\":1,\"a\":\"last\"}";
    CHECK(sy_json_parse(&json, text, strlen(text), tokens, 256));
    CHECK(sy_json_string(&json, sy_json_member(&json, 0, "a"), out, sizeof out) && strcmp(out, "last") == 0);
    CHECK(sy_json_string(&json, 2, out, sizeof out) && strcmp(out, "\"\\/\n\xc3\xa4") == 0);
    CHECK(sy_json_string(&json, sy_json_member(&json, 0, "b"), out, sizeof out) && strcmp(out, "\xf0\x9f\x98\x80") == 0);
    CHECK(!sy_json_string(&json, sy_json_member(&json, 0, "c"), out, sizeof out));
    CHECK(!sy_json_string(&json, sy_json_member(&json, 0, "d"), out, sizeof out));
    CHECK(sy_json_string(&json, sy_json_member(&json, 0, "e"), out, sizeof out));
    CHECK(!sy_json_string(&json, sy_json_member(&json, 0, "f"), out, sizeof out));
    CHECK(sy_json_member(&json, 0, "z") == -1);
    CHECK(sy_json_member(&json, 2, "a") == -1);
}

/* Whatever comes: an answer, in bounds. */
static void garbage(void) {
    static const char seed[] = "{\"v\":1,\"id\":\"cmd_1\",\"args\":{\"slot\":\"A1\",\"list\":[1,-2.5e3,null,true,\"\\u00e4\\ud83d\\ude00\"]},\"exp\":1835344800000}";
    static const char alphabet[] = "{}[]\",:\\u0123456789abcdefEntrls.+- \n\xc3\xa4\xf0\x80";
    uint32_t random = 0x5eed;
    for (int round = 0; round < 60000; round++) {
        char text[160];
        size_t length = sizeof seed - 1;
        memcpy(text, seed, length);
        uint32_t changes = random_next(&random) % 6;
        for (uint32_t i = 0; i < changes; i++) text[random_next(&random) % length] = alphabet[random_next(&random) % (sizeof alphabet - 1)];
        if (random_next(&random) % 3 == 0) length = random_next(&random) % (length + 1);
        parse(text, length, 1 + random_next(&random) % 40);
    }
    for (int round = 0; round < 60000; round++) {
        char text[48];
        size_t length = random_next(&random) % sizeof text;
        for (size_t i = 0; i < length; i++) text[i] = alphabet[random_next(&random) % (sizeof alphabet - 1)];
        parse(text, length, 16);
    }
    CHECK(true);
}

void test_json(void) {
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        if (!parse(GOOD[i], strlen(GOOD[i]), 256)) printf("refused: %s\n", GOOD[i]);
        CHECK(parse(GOOD[i], strlen(GOOD[i]), 256));
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        if (parse(BAD[i], strlen(BAD[i]), 256)) printf("taken: %s\n", BAD[i]);
        CHECK(!parse(BAD[i], strlen(BAD[i]), 256));
    }
    CHECK(!parse("[1,2,3]", 7, 3));
    CHECK(parse("[1,2,3]", 7, 4));
    CHECK(!parse("\"\0\"", 3, 4));
    static char large[SY_JSON_MAX_BYTES + 2];
    memset(large, ' ', sizeof large);
    large[0] = '1';
    CHECK(parse(large, SY_JSON_MAX_BYTES, 4));
    CHECK(!parse(large, SY_JSON_MAX_BYTES + 1, 4));
    numbers();
    strings();
    garbage();
}
