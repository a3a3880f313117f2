#include "tests/server/testing/fault_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <new>
#include <utility>

namespace tunesmith {
namespace {

// What SQLite sees as a file. It gives raw memory of szOsFile bytes.
struct Handle {
  sqlite3_file base;
  FaultVfs* vfs;
  std::shared_ptr<MemoryFile> file;
  MemoryFile::Locks locks;
  uint64_t generation;

  bool dead() const {
    return vfs->power_is_off() || generation != vfs->generation();
  }
};

Handle& Of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
FaultVfs& Of(sqlite3_vfs* vfs) {
  return *static_cast<FaultVfs*>(vfs->pAppData);
}

int Close(sqlite3_file* file) {
  Handle& handle = Of(file);
  if (!handle.dead()) {
    handle.file->UnlockShm(handle.locks, 0, MemoryFile::kShmLocks);
    handle.file->Unlock(handle.locks, SQLITE_LOCK_NONE);
  }
  handle.~Handle();
  return SQLITE_OK;
}

int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_IOERR_READ;
  size_t count = handle.file->Read(offset, static_cast<size_t>(size),
                                   static_cast<char*>(to));
  if (count == static_cast<size_t>(size)) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + count, 0, size - count);
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* file, const void* from, int size,
          sqlite3_int64 offset) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_IOERR_WRITE;
  int code = handle.vfs->Admit(FaultVfs::Operation::kWrite,
                               handle.file->Growth(offset, size));
  if (code != SQLITE_OK) {
    if (handle.vfs->IsTorn()) {
      handle.file->Write(offset, {static_cast<const char*>(from),
                                  static_cast<size_t>(size) / 2});
    }
    return code;
  }
  handle.file->Write(
      offset, {static_cast<const char*>(from), static_cast<size_t>(size)});
  return SQLITE_OK;
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_IOERR_TRUNCATE;
  int code = handle.vfs->Admit(FaultVfs::Operation::kTruncate, 0);
  if (code == SQLITE_OK) handle.file->Truncate(size);
  return code;
}

int Sync(sqlite3_file* file, int) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_IOERR_FSYNC;
  int code = handle.vfs->Admit(FaultVfs::Operation::kSync, 0);
  if (code == SQLITE_OK) handle.file->Sync();
  return code;
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_IOERR_FSTAT;
  *size = handle.file->size();
  return SQLITE_OK;
}

int Lock(sqlite3_file* file, int level) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_IOERR_LOCK;
  return handle.file->Lock(handle.locks, level) ? SQLITE_OK : SQLITE_BUSY;
}

int Unlock(sqlite3_file* file, int level) {
  Handle& handle = Of(file);
  if (!handle.dead()) handle.file->Unlock(handle.locks, level);
  return SQLITE_OK;
}

int CheckReservedLock(sqlite3_file* file, int* reserved) {
  *reserved = Of(file).file->IsReserved();
  return SQLITE_OK;
}

int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return 512; }
int DeviceCharacteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int ShmMap(sqlite3_file* file, int region, int size, int extend,
           void volatile** memory) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_IOERR_SHMMAP;
  *memory = handle.file->MapShm(region, static_cast<size_t>(size), extend != 0);
  return SQLITE_OK;
}

int ShmLock(sqlite3_file* file, int first, int count, int flags) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_IOERR_SHMLOCK;
  if (flags & SQLITE_SHM_UNLOCK) {
    handle.file->UnlockShm(handle.locks, first, count);
    return SQLITE_OK;
  }
  bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  return handle.file->LockShm(handle.locks, first, count, exclusive)
             ? SQLITE_OK
             : SQLITE_BUSY;
}

void ShmBarrier(sqlite3_file*) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

int ShmUnmap(sqlite3_file* file, int remove) {
  Handle& handle = Of(file);
  if (handle.dead()) return SQLITE_OK;
  handle.file->UnlockShm(handle.locks, 0, MemoryFile::kShmLocks);
  if (remove) handle.file->DropShm();
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = FileSize,
    .xLock = Lock,
    .xUnlock = Unlock,
    .xCheckReservedLock = CheckReservedLock,
    .xFileControl = FileControl,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = DeviceCharacteristics,
    .xShmMap = ShmMap,
    .xShmLock = ShmLock,
    .xShmBarrier = ShmBarrier,
    .xShmUnmap = ShmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr};

int OpenFile(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
             int* out_flags) {
  file->pMethods = nullptr;
  std::shared_ptr<MemoryFile> opened;
  if (path == nullptr) {
    opened = std::make_shared<MemoryFile>();
  } else {
    int code = Of(vfs).Admit(FaultVfs::Operation::kOpen, 0);
    if (code != SQLITE_OK) return code;
    opened = Of(vfs).Open(path, (flags & SQLITE_OPEN_CREATE) != 0);
  }
  if (opened == nullptr) return SQLITE_CANTOPEN;
  new (file) Handle{
      {&kMethods}, &Of(vfs), std::move(opened), {}, Of(vfs).generation()};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int DeleteFile(sqlite3_vfs* vfs, const char* path, int) {
  Of(vfs).Delete(path);
  return SQLITE_OK;
}

int Access(sqlite3_vfs* vfs, const char* path, int, int* result) {
  *result = Of(vfs).Exists(path);
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* path, int size, char* to) {
  sqlite3_snprintf(size, to, "%s", path);
  return SQLITE_OK;
}

int Sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
int GetLastError(sqlite3_vfs*, int, char*) { return 0; }

std::string UniqueName() {
  static std::atomic<int> count{0};
  return "fault" + std::to_string(++count);
}

}  // namespace

FaultVfs::FaultVfs(uint64_t seed)
    : name_(UniqueName()),
      vfs_(std::make_unique<sqlite3_vfs>(*sqlite3_vfs_find(nullptr))),
      random_(seed) {
  vfs_->szOsFile = sizeof(Handle);
  vfs_->pNext = nullptr;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = OpenFile;
  vfs_->xDelete = DeleteFile;
  vfs_->xAccess = Access;
  vfs_->xFullPathname = FullPathname;
  vfs_->xSleep = Sleep;
  vfs_->xGetLastError = GetLastError;
  sqlite3_vfs_register(vfs_.get(), 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultVfs::FailOperation(Operation operation, int n, int code) {
  MutexLock lock(&mutex_);
  failures_[operation] = {n, code};
}

void FaultVfs::TearWrite(int n) {
  MutexLock lock(&mutex_);
  tear_countdown_ = n;
}

bool FaultVfs::IsTorn() {
  MutexLock lock(&mutex_);
  return std::exchange(torn_, false);
}

bool FaultVfs::failure_is_due() const {
  MutexLock lock(&mutex_);
  for (const auto& [operation, failure] : failures_) {
    if (failure.countdown > 0) return true;
  }
  return tear_countdown_ > 0 || power_countdown_ > 0;
}

void FaultVfs::LimitDisk(std::optional<int64_t> bytes) {
  MutexLock lock(&mutex_);
  limit_ = bytes;
}

int64_t FaultVfs::used_bytes() const {
  MutexLock lock(&mutex_);
  int64_t bytes = 0;
  for (const auto& [path, file] : files_) bytes += file->size();
  return bytes;
}

void FaultVfs::CutPowerAt(int n) {
  MutexLock lock(&mutex_);
  power_countdown_ = n;
}

bool FaultVfs::power_is_off() const {
  MutexLock lock(&mutex_);
  return power_is_off_;
}

void FaultVfs::CutPower() {
  MutexLock lock(&mutex_);
  power_is_off_ = true;
}

void FaultVfs::Restart() {
  MutexLock lock(&mutex_);
  for (auto& [path, file] : files_) file->LosePower(random_);
  ComeBack();
}

void FaultVfs::RestartProcess() {
  MutexLock lock(&mutex_);
  for (auto& [path, file] : files_) file->LoseProcess();
  ComeBack();
}

void FaultVfs::ComeBack() {
  power_is_off_ = false;
  power_countdown_ = 0;
  ++generation_;
}

std::map<std::string, std::string> FaultVfs::Contents() const {
  MutexLock lock(&mutex_);
  std::map<std::string, std::string> contents;
  for (const auto& [path, file] : files_) contents[path] = file->Contents();
  return contents;
}

void FaultVfs::Load(const std::map<std::string, std::string>& contents) {
  MutexLock lock(&mutex_);
  for (const auto& [path, bytes] : contents) {
    auto file = std::make_shared<MemoryFile>();
    file->Write(0, bytes);
    file->Sync();
    files_[path] = std::move(file);
  }
}

int FaultVfs::Admit(Operation operation, int64_t more_bytes) {
  MutexLock lock(&mutex_);
  const bool writes = operation != Operation::kOpen;
  if (writes && power_countdown_ > 0 && --power_countdown_ == 0) {
    power_is_off_ = true;
  }
  if (power_is_off_) return SQLITE_IOERR;
  if (operation == Operation::kWrite && tear_countdown_ > 0 &&
      --tear_countdown_ == 0) {
    torn_ = true;
    return SQLITE_IOERR_WRITE;
  }
  Failure& failure = failures_[operation];
  if (failure.countdown > 0 && --failure.countdown == 0) return failure.code;
  if (limit_.has_value() && more_bytes > 0) {
    int64_t bytes = more_bytes;
    for (const auto& [path, file] : files_) bytes += file->size();
    if (bytes > *limit_) return SQLITE_FULL;
  }
  return SQLITE_OK;
}

std::shared_ptr<MemoryFile> FaultVfs::Open(const std::string& path,
                                           bool create) {
  MutexLock lock(&mutex_);
  if (power_is_off_) return nullptr;
  auto found = files_.find(path);
  if (found != files_.end()) return found->second;
  if (!create) return nullptr;
  return files_[path] = std::make_shared<MemoryFile>();
}

void FaultVfs::Delete(const std::string& path) {
  MutexLock lock(&mutex_);
  if (!power_is_off_) files_.erase(path);
}

bool FaultVfs::Exists(const std::string& path) const {
  MutexLock lock(&mutex_);
  return files_.count(path) > 0;
}

uint64_t FaultVfs::generation() const {
  MutexLock lock(&mutex_);
  return generation_;
}

}  // namespace tunesmith
