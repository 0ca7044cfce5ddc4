#ifndef PODIUM_FAULTY_PLUGIN_H
#define PODIUM_FAULTY_PLUGIN_H

// What a PJRT plug-in exports.
const void *GetPjrtApi(void);

#endif
