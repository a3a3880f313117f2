#include "tests/worker/data/archive_file.h"

#include <zip.h>

#include <cstdio>

namespace tunesmith::worker {

std::string TarMember(const std::string& name, const std::string& bytes,
                      char type) {
  std::string block(512, '\0');
  auto put = [&block](size_t at, const std::string& text) {
    block.replace(at, text.size(), text);
  };
  char size[13];
  std::snprintf(size, sizeof size, "%011zo", bytes.size());
  put(0, name);
  put(100, "0000644");
  put(124, size);
  block[156] = type;
  put(257, std::string("ustar\0"
                       "00",
                       8));
  put(148, "        ");
  unsigned sum = 0;
  for (char byte : block) sum += static_cast<unsigned char>(byte);
  char checksum[8];
  std::snprintf(checksum, sizeof checksum, "%06o", sum);
  put(148, checksum);
  block[154] = '\0';
  block += bytes;
  block.resize((block.size() + 511) / 512 * 512, '\0');
  return block;
}

std::string TarOf(const ArchiveContent& files) {
  std::string tar;
  for (const auto& [name, bytes] : files) tar += TarMember(name, bytes);
  return tar + std::string(1024, '\0');
}

std::string ZipOf(const ArchiveContent& files) {
  zip_error_t error;
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip_t* zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  for (const auto& [name, bytes] : files) {
    if (name.ends_with("/")) {
      zip_dir_add(zip, name.c_str(), 0);
      continue;
    }
    zip_file_add(zip, name.c_str(),
                 zip_source_buffer(zip, bytes.data(), bytes.size(), 0), 0);
  }
  zip_close(zip);
  zip_source_open(target);
  std::string result;
  char part[4096];
  for (zip_int64_t n; (n = zip_source_read(target, part, sizeof part)) > 0;) {
    result.append(part, static_cast<size_t>(n));
  }
  zip_source_close(target);
  zip_source_free(target);
  return result;
}

}  // namespace tunesmith::worker
