#include <string.h>

#include "check.h"
#include "sy_update.h"

static sy_ota offer(void) {
    sy_ota ota = {.size = 1000, .job = "job-1", .version = "2.0.0"};
    memset(ota.sha256, 'a', 64);
    strcpy(ota.manifest, "{\"project\":\"p\",\"version\":\"2.0.0\",\"size\":1000,\"sha256\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}");
    return ota;
}

static void windows(void) {
    CHECK(sy_window_open(120, 240, 120) && sy_window_open(120, 240, 239) && !sy_window_open(120, 240, 240) && !sy_window_open(120, 240, 119));
    CHECK(sy_window_open(1380, 60, 1400) && sy_window_open(1380, 60, 0) && !sy_window_open(1380, 60, 60) && !sy_window_open(1380, 60, 700));
    CHECK(sy_window_open(60, 60, -1) && !sy_window_open(0, 1440, -1) && sy_window_open(0, 1440, 1439));
}

static void decisions(void) {
    sy_ota ota = offer();
    sy_last_update none = {.job = ""};
    sy_last_update over = {.job = "job-1"};
    sy_last_update failed = {.job = "job-1", .failed = true};
    CHECK(sy_update_decide(&ota, &none, "1.0.0", 0, false) == SY_UPDATE_START);
    CHECK(sy_update_decide(&ota, &none, "1.0.0", 0, true) == SY_UPDATE_WAIT);
    CHECK(sy_update_decide(&ota, &none, "2.0.0", 0, true) == SY_UPDATE_ALREADY);
    CHECK(sy_update_decide(&ota, &over, "1.0.0", 0, false) == SY_UPDATE_REPEAT);
    CHECK(sy_update_decide(&ota, &failed, "1.0.0", 0, false) == SY_UPDATE_START);
    ota.has_window = true;
    ota.window_from = 120;
    ota.window_to = 240;
    CHECK(sy_update_decide(&ota, &none, "1.0.0", 100, false) == SY_UPDATE_WAIT);
    CHECK(sy_update_decide(&ota, &none, "1.0.0", -1, false) == SY_UPDATE_WAIT);
    CHECK(sy_update_decide(&ota, &none, "1.0.0", 130, false) == SY_UPDATE_START);
}

static void manifests(void) {
    sy_ota ota = offer();
    CHECK(sy_manifest_problem(&ota) == NULL);
    ota.size = 1001;
    CHECK(sy_manifest_problem(&ota) != NULL);
    ota = offer();
    strcpy(ota.version, "2.0.1");
    CHECK(sy_manifest_problem(&ota) != NULL);
    ota = offer();
    ota.sha256[63] = 'b';
    CHECK(sy_manifest_problem(&ota) != NULL);
    strcpy(ota.manifest, "{");
    CHECK(strcmp(sy_manifest_problem(&ota), "the manifest is not JSON") == 0);
}

static void images(void) {
    uint8_t head[288] = {0xE9};
    memcpy(head + 32, "\x32\x54\xCD\xAB", 4);
    memcpy(head + 48, "2.0.0", 5);
    CHECK(sy_image_is(head, sizeof head, "2.0.0"));
    CHECK(!sy_image_is(head, sizeof head, "2.0.00") && !sy_image_is(head, sizeof head, "2.0") && !sy_image_is(head, 287, "2.0.0"));
    head[35] = 0;
    CHECK(!sy_image_is(head, sizeof head, "2.0.0"));
    head[35] = 0xAB;
    head[0] = 0xE8;
    CHECK(!sy_image_is(head, sizeof head, "2.0.0"));
}

void test_updates(void) {
    windows();
    decisions();
    manifests();
    images();
}
