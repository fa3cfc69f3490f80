// A sqlite3 handle, as the URL wants it. Used by one thread at a time.
#pragma once

#include "options.hpp"

#include <databased/options.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace databased::sqlite {

struct CloseDatabase {
    void operator()(sqlite3* database) const noexcept;
};

struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const noexcept;
};

class Handle {
  public:
    Handle(const SqliteOptions& options, Access access) : options_(options), access_(access) {}

    /// Nothing, or why the file cannot be opened or created.
    std::exception_ptr open();
    /// The rest of what the URL says; may wait for locks.
    std::exception_ptr configure();
    void close() noexcept;
    /// Whether it was a lock that kept it from being opened or configured.
    bool found_busy() const noexcept { return found_busy_; }

    sqlite3* get() const noexcept { return database_.get(); }
    const SqliteOptions& options() const noexcept { return options_; }
    /// Whether the file is to be left as it is.
    bool only_reads() const noexcept { return access_ == Access::read && !options_.in_memory(); }
    bool in_transaction() const noexcept;
    /// Whether the open transaction has, or is about to.
    bool has_written() const noexcept;
    /// Whether COMMIT would fail on a deferred foreign key.
    bool has_open_foreign_key() const noexcept;
    /// Whether the file is not the one any more that its path names.
    bool has_moved() const noexcept;
    /// For the next user, nobody has inserted or changed anything.
    void forget_changes() noexcept;
    /// SQL of our own. SQLite's result code.
    int execute(const char* sql) noexcept;
    /// The same for BEGIN, COMMIT and ROLLBACK, which are compiled once. BEGIN IMMEDIATE is not: compiled, it begins in
    /// the databases that were attached then.
    int execute_kept(const std::string& sql);
    /// The first value of the first row as text; nothing if there is no row.
    std::optional<std::string> ask(const std::string& sql) const;

  private:
    std::exception_ptr cannot_open(int code);
    std::exception_ptr use_journal_mode();
    std::exception_ptr set_pragmas(bool of_new_file);
    std::exception_ptr check_shape() const;
    bool knows_pragma(const std::string& name) const;
    std::exception_ptr pragma(const std::string& name, const std::string& value);

    SqliteOptions options_;
    Access access_;
    bool found_busy_ = false;
    std::int64_t changes_of_others_ = 0;
    std::unique_ptr<sqlite3, CloseDatabase> database_;
    std::vector<std::pair<std::string, std::unique_ptr<sqlite3_stmt, FinalizeStatement>>> kept_;
};

/// Whether the SQLite that the program runs with encrypts files.
bool can_encrypt();

}  // namespace databased::sqlite
