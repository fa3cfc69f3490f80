// What users leave on a connection besides rows of the file: settings, temporary objects, attached databases.
#pragma once

#include "admission.hpp"
#include "handle.hpp"
#include "statement_facts.hpp"

#include <atomic>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace databased::sqlite {

/// A file's connection that somebody has left something on is closed, which costs less than looking for it. In memory
/// the connection is the database: there, what was left is taken back piece by piece, and what cannot be is refused.
class ConnectionState {
  public:
    explicit ConnectionState(Handle& handle) : handle_(handle) {}

    /// Why a text that does this may not run now; null if it may.
    std::exception_ptr admit(const StatementFacts& facts) const;
    /// It is about to run, or to be prepared if that alone may have an effect.
    void note(const StatementFacts& facts);
    /// What is there now is there for every user.
    void keep();
    /// In memory: takes back what is not kept. False if that is not possible.
    bool reset();
    /// Whether all is as it was kept. From any thread, once what ran has come back.
    bool is_clean() const noexcept { return !is_touched_.load(std::memory_order_relaxed); }

  private:
    using Names = std::vector<std::string>;
    struct Setting {
        std::string pragma;
        std::string value;
    };

    Names names(const char* sql) const;
    bool drop_temporary_objects();
    bool detach_databases();
    bool restore_settings();

    Handle& handle_;
    bool is_kept_ = false;
    std::atomic<bool> is_touched_{false};
    Names kept_objects_;
    Names kept_databases_;
    std::vector<Setting> settings_;  // as they were before the first user changed them
};

}  // namespace databased::sqlite
