#ifndef CGLPK_BRIDGE_H
#define CGLPK_BRIDGE_H

#include <glpk.h>

#endif
