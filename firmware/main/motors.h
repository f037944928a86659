#pragma once

#include <stdbool.h>

#include "sy_dispense.h"

/* The motors' matrix behind two shift registers, the sensors, the door and the lamp. Pins are in menuconfig. */

void motors_open(void);

/* Selects the motor of a slot, A1 at the top left. False: the matrix has no such place. */
bool motors_select(const char *slot);

/* Switches the current of the motor that is selected. */
void motors_power(bool on);

/* What the sensors say now; `drop` tells whether something fell since the last call. */
sy_turn_sensors motors_sensors(void);

bool motors_door_open(void);
void motors_lamp(bool on);
