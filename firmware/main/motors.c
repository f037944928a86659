#include "motors.h"

#include <stdatomic.h>

#include "driver/gpio.h"
#include "esp_attr.h"
#include "esp_err.h"
#include "sdkconfig.h"

static atomic_bool dropped;

/* Something falls through the light barrier within milliseconds: too short for a poll. */
static void IRAM_ATTR on_drop(void *context) {
    (void)context;
    atomic_store(&dropped, true);
}

static void output(int pin) {
    gpio_reset_pin(pin);
    gpio_set_level(pin, 0);
    gpio_set_direction(pin, GPIO_MODE_OUTPUT);
}

static void input(int pin, gpio_pull_mode_t pull) {
    gpio_reset_pin(pin);
    gpio_set_direction(pin, GPIO_MODE_INPUT);
    gpio_set_pull_mode(pin, pull);
}

/* One bit for each row, then one for each column, most significant first. */
static void select_bits(unsigned bits) {
    gpio_set_level(CONFIG_SY_PIN_SHIFT_LATCH, 0);
    for (int i = CONFIG_SY_MATRIX_ROWS + CONFIG_SY_MATRIX_COLUMNS - 1; i >= 0; i--) {
        gpio_set_level(CONFIG_SY_PIN_SHIFT_DATA, (bits >> i) & 1);
        gpio_set_level(CONFIG_SY_PIN_SHIFT_CLOCK, 1);
        gpio_set_level(CONFIG_SY_PIN_SHIFT_CLOCK, 0);
    }
    gpio_set_level(CONFIG_SY_PIN_SHIFT_LATCH, 1);
}

void motors_open(void) {
    /* The current first: whatever the registers hold, no motor turns. */
    output(CONFIG_SY_PIN_MOTOR_POWER);
    output(CONFIG_SY_PIN_SHIFT_DATA);
    output(CONFIG_SY_PIN_SHIFT_CLOCK);
    output(CONFIG_SY_PIN_SHIFT_LATCH);
    output(CONFIG_SY_PIN_LED);
    select_bits(0);
    input(CONFIG_SY_PIN_HOME, GPIO_PULLUP_ONLY);
    input(CONFIG_SY_PIN_OVER_CURRENT, GPIO_PULLDOWN_ONLY);
    input(CONFIG_SY_PIN_DROP, GPIO_PULLUP_ONLY);
    input(CONFIG_SY_PIN_DOOR, GPIO_PULLUP_ONLY);
    ESP_ERROR_CHECK(gpio_install_isr_service(0));
    ESP_ERROR_CHECK(gpio_set_intr_type(CONFIG_SY_PIN_DROP, GPIO_INTR_NEGEDGE));
    ESP_ERROR_CHECK(gpio_isr_handler_add(CONFIG_SY_PIN_DROP, on_drop, NULL));
}

bool motors_select(const char *slot) {
    int row = slot[0] - 'A';
    int column = 0;
    for (const char *at = slot + 1; *at >= '0' && *at <= '9'; at++) column = column * 10 + (*at - '0');
    if (row < 0 || row >= CONFIG_SY_MATRIX_ROWS || column < 1 || column > CONFIG_SY_MATRIX_COLUMNS) return false;
    motors_power(false);
    select_bits((1u << row) << CONFIG_SY_MATRIX_COLUMNS | 1u << (column - 1));
    atomic_store(&dropped, false);
    return true;
}

/* The selection stays: the home switch is read through it. */
void motors_power(bool on) { gpio_set_level(CONFIG_SY_PIN_MOTOR_POWER, on); }

sy_turn_sensors motors_sensors(void) {
    return (sy_turn_sensors){
        .at_home = gpio_get_level(CONFIG_SY_PIN_HOME) == 0,
        .over_current = gpio_get_level(CONFIG_SY_PIN_OVER_CURRENT) == 1,
        .drop = atomic_exchange(&dropped, false),
    };
}

bool motors_door_open(void) { return gpio_get_level(CONFIG_SY_PIN_DOOR) == 1; }

void motors_lamp(bool on) { gpio_set_level(CONFIG_SY_PIN_LED, on); }
