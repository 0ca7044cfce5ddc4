#include "podium_pjrt.h"
