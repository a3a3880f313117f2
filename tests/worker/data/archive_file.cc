#include "tests/worker/data/archive_file.h"

#include <zip.h>
#include <zlib.h>

#include <cstdio>
#include <cstring>

namespace tunesmith::worker {
namespace {

std::string Little(uint64_t value, int bytes) {
  std::string text;
  for (; bytes > 0; --bytes, value >>= 8) text += static_cast<char>(value);
  return text;
}

std::string EndOfZip(size_t count, size_t directory, size_t files) {
  return "PK\5\6" + Little(0, 4) + Little(count, 2) + Little(count, 2) +
         Little(directory, 4) + Little(files, 4) + Little(0, 2);
}

// 4 GiB in raw deflate: a block of 1 MiB, which refers to nothing before it,
// again and again.
std::string DeflatedZeros() {
  std::string zeros(1 << 20, '\0'), block(4096, '\0');
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
  stream.avail_in = static_cast<uInt>(zeros.size());
  stream.next_out = reinterpret_cast<Bytef*>(block.data());
  stream.avail_out = static_cast<uInt>(block.size());
  deflate(&stream, Z_FULL_FLUSH);
  block.resize(block.size() - stream.avail_out);
  deflateEnd(&stream);
  std::string all;
  for (int i = 0; i < 4096; ++i) all += block;
  // An empty last block.
  return all + std::string("\x03\0", 2);
}

}  // namespace

std::string TarMember(const std::string& name, const std::string& bytes,
                      char type, const std::string& size,
                      const std::string& link) {
  std::string block(512, '\0');
  auto put = [&block](size_t at, const std::string& text) {
    block.replace(at, text.size(), text);
  };
  char digits[13];
  std::snprintf(digits, sizeof digits, "%011zo", bytes.size());
  put(0, name);
  put(100, "0000644");
  put(124, size.empty() ? std::string(digits, 12) : size);
  block[156] = type;
  put(157, link);
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

std::string RawZipOf(const ArchiveContent& files, const ZipFacts& facts) {
  std::string content, directory;
  for (const auto& [name, bytes] : files) {
    const auto sum = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()),
                           static_cast<uInt>(bytes.size()));
    const std::string common =
        Little(20, 2) + Little(facts.flags, 2) + Little(facts.method, 2) +
        Little(0, 4) + Little(sum, 4) + Little(bytes.size(), 4) +
        Little(bytes.size(), 4) + Little(name.size(), 2) + Little(0, 2);
    // Made by Unix.
    directory += "PK\1\2" + Little(3 << 8 | 20, 2) + common +
                 std::string(6, '\0') + Little(facts.mode << 16, 4) +
                 Little(content.size(), 4) + name;
    content += "PK\3\4" + common + name + bytes;
  }
  return content + directory +
         EndOfZip(files.size(), directory.size(), content.size());
}

std::string ZipBomb(const std::string& name, uint32_t declared,
                    const std::string& zip) {
  std::string files, directory;
  uint16_t count = 0;
  if (!zip.empty()) {
    // The record at the end says where the directory is.
    uint32_t place[2];
    std::memcpy(&count, &zip[zip.size() - 12], sizeof count);
    std::memcpy(place, &zip[zip.size() - 10], sizeof place);
    files = zip.substr(0, place[1]);
    directory = zip.substr(place[1], place[0]);
  }
  const std::string deflated = DeflatedZeros();
  // Version, flags, method, time, checksum, sizes, lengths of name and extra.
  const std::string facts = Little(20, 2) + Little(0, 2) + Little(8, 2) +
                            Little(0, 4) + Little(0, 4) +
                            Little(deflated.size(), 4) + Little(declared, 4) +
                            Little(name.size(), 2) + Little(0, 2);
  directory += "PK\1\2" + Little(20, 2) + facts + std::string(10, '\0') +
               Little(files.size(), 4) + name;
  files += "PK\3\4" + facts + name + deflated;
  ++count;
  return files + directory + EndOfZip(count, directory.size(), files.size());
}

}  // namespace tunesmith::worker
