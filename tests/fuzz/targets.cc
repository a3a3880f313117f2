#include "tests/fuzz/targets.h"

namespace tunesmith::worker {

std::vector<NamedFuzzTarget> AllFuzzTargets() {
  return {{"jpeg", FuzzJpeg},
          {"png", FuzzPng},
          {"webp", FuzzWebp},
          {"gif", FuzzGif},
          {"bmp", FuzzBmp},
          {"tiff", FuzzTiff},
          {"avif", FuzzAvif},
          {"pnm", FuzzPnm},
          {"orientation", FuzzOrientation},
          {"tar", FuzzTar},
          {"zip", FuzzZip},
          {"delimited", FuzzDelimited},
          {"json", FuzzJson},
          {"packed", FuzzPacked},
          {"label", FuzzLabel},
          {"safetensors", FuzzSafetensors},
          {"hdf5", FuzzHdf5}};
}

}  // namespace tunesmith::worker
