#ifndef TUNESMITH_TESTS_SERVER_FAULTS_FAILING_MEMORY_H_
#define TUNESMITH_TESTS_SERVER_FAULTS_FAILING_MEMORY_H_

namespace tunesmith {

// SQLite's memory, which fails on demand; that of this thread alone counts.
// In a program with this file it is in place before main begins.

// The n-th allocation from now fails, counted from 1; 0: none does.
void FailSqliteAllocation(int n);
// Whether that is still to come.
bool SqliteAllocationFailureIsDue();

}  // namespace tunesmith

#endif  // TUNESMITH_TESTS_SERVER_FAULTS_FAILING_MEMORY_H_
