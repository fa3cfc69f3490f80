// begun(), an SQL function of each SQLite connection that this program opens: gives 1, and tells that a statement runs.
#pragma once

#include "support/async.hpp"

#include <atomic>
#include <cstdint>

#include <sqlite3.h>

namespace support {

/// Counts the calls of begun() since it was made. One at a time.
class Begun {
  public:
    Begun() { calls_ = 0; }
    std::int64_t calls() const noexcept { return calls_; }

    databased::Task<> until(std::int64_t calls) const {
        return support::until([calls] { return calls_ >= calls; });
    }

  private:
    static void call(sqlite3_context* context, int, sqlite3_value**) {
        ++calls_;
        sqlite3_result_int(context, 1);
    }
    static int add_to(sqlite3* handle, const char**, const void*) {
        return sqlite3_create_function(handle, "begun", 0, SQLITE_UTF8, nullptr, &call, nullptr, nullptr);
    }

    static inline std::atomic<std::int64_t> calls_ = 0;
    static inline const int is_registered_ = sqlite3_auto_extension(reinterpret_cast<void (*)()>(&add_to));
};

}  // namespace support
