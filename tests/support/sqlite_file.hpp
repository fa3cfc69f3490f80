// SQLite without this library: the second pair of eyes of the tests of the SQLite backend.
#pragma once

#include "support/temporary_folder.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace support {

/// One sqlite3 handle, used directly. Every failure is a std::runtime_error.
class RawDatabase {
  public:
    explicit RawDatabase(const std::string& path) {
        sqlite3* handle = nullptr;
        const int code = sqlite3_open(path.c_str(), &handle);
        handle_.reset(handle);
        check(code);
        sqlite3_busy_timeout(handle, 5'000);
    }

    void execute(const std::string& sql) { check(sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr)); }

    /// The first column of the first row.
    std::string text(const std::string& sql) {
        const auto statement = first_row(sql);
        return reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
    }
    std::int64_t integer(const std::string& sql) { return sqlite3_column_int64(first_row(sql).get(), 0); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Close>;

    Statement first_row(const std::string& sql) {
        sqlite3_stmt* prepared = nullptr;
        check(sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &prepared, nullptr));
        Statement statement{prepared};
        if (sqlite3_step(prepared) != SQLITE_ROW) throw std::runtime_error(sqlite3_errmsg(handle_.get()));
        return statement;
    }
    void check(int code) {
        if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(handle_.get()));
    }

    std::unique_ptr<sqlite3, Close> handle_;
};

/// A database file in a folder of its own.
class SqliteFile {
  public:
    explicit SqliteFile(const std::string& setup = {}) {
        if (!setup.empty()) raw().execute(setup);
    }

    const std::string& path() const { return path_; }
    std::string sibling(std::string_view name) const { return folder_.path(name); }
    std::string url(std::string_view query = {}) const { return "sqlite:///" + path_ + std::string{query}; }
    RawDatabase raw() const { return RawDatabase{path_}; }
    /// What is committed, as SQLite itself sees it.
    std::int64_t integer(const std::string& sql) const { return raw().integer(sql); }
    bool is_sound() const { return raw().text("PRAGMA integrity_check") == "ok"; }

  private:
    TemporaryFolder folder_;
    std::string path_ = folder_.path("test.sqlite");
};

}  // namespace support
