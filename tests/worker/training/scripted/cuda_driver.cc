// A driver library with one GPU: the entry points that describe a device, and
// no other. It says on standard output that it was loaded.
#include <stddef.h>
#include <stdio.h>
#include <string.h>

namespace {

constexpr int kInvalidDevice = 101;

struct Announcement {
  Announcement() { puts("scripted driver loaded"), fflush(stdout); }
} announcement;

}  // namespace

extern "C" {

int cuDeviceGet(int* handle, int index) {
  *handle = 7;
  return index == 0 ? 0 : kInvalidDevice;
}

int cuDeviceGetName(char* name, int size, int handle) {
  if (handle != 7) return kInvalidDevice;
  strncpy(name, "Scripted GPU", static_cast<size_t>(size));
  return 0;
}

int cuDeviceTotalMem_v2(size_t* bytes, int handle) {
  *bytes = size_t{80} << 30;
  return handle == 7 ? 0 : kInvalidDevice;
}

int cuDeviceGetAttribute(int* value, int attribute, int handle) {
  // Compute capability, major and minor.
  *value = attribute == 75 ? 9 : attribute == 76 ? 0 : -1;
  return handle == 7 ? 0 : kInvalidDevice;
}

int cuDeviceGetUuid_v2(char* bytes, int handle) {
  for (int i = 0; i < 16; ++i) bytes[i] = static_cast<char>(16 * i + i);
  return handle == 7 ? 0 : kInvalidDevice;
}

int cuDriverGetVersion(int* version) {
  *version = 12080;
  return 0;
}
}
