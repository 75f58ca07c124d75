#include "CGLPKBridge.h"
