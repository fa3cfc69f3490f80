#include "handle.hpp"

#include "error.hpp"
#include "functions.hpp"
#include "pragmas.hpp"

#include <databased/error.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <utility>

namespace databased::sqlite {

namespace {

std::string_view reason_for(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return "it is a directory; name a file in it";
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
    if (!std::filesystem::is_directory(folder, error)) return "its directory does not exist; create it first";
    if (!std::filesystem::exists(path, error))
        return "the file does not exist; it is created by who writes, where mode=ro or mode=rw does not forbid it";
    return "the file cannot be read; check its permissions";
}

std::optional<std::string> first_value(sqlite3* database, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) return std::nullopt;
    std::optional<std::string> value;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        value = text != nullptr ? text : "";
    }
    sqlite3_finalize(statement);
    return value;
}

/// Values in the form in which SQLite says them: UTF16 is UTF-16le or UTF-16be to it, and full is 1.
std::string plain_form(const std::string& pragma, std::string value) {
    std::erase(value, '-');
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
    if (pragma == "encoding") return value.starts_with("utf16") ? "utf16" : value;
    if (value == "none") return "0";
    if (value == "full") return "1";
    return value == "incremental" ? "2" : value;
}

}  // namespace

void CloseDatabase::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
void FinalizeStatement::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

/// SQLCipher, SQLite3 Multiple Ciphers and SQLite's own extension, in this order.
bool can_encrypt() {
    if (sqlite3_compileoption_used("HAS_CODEC") != 0) return true;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE, nullptr);
    const std::unique_ptr<sqlite3, CloseDatabase> database{handle};
    return code == SQLITE_OK && (first_value(handle, "PRAGMA cipher_version") || first_value(handle, "PRAGMA cipher"));
}

std::exception_ptr Handle::open() {
    const bool has_key = std::any_of(options_.pragmas.begin(), options_.pragmas.end(), [](const auto& pragma) {
        return kind_of_pragma(pragma.first) == PragmaKind::key;
    });
    if (has_key && !can_encrypt()) {
        return std::make_exception_ptr(UrlError(
            "the database URL has an encryption key, but this SQLite cannot encrypt: the file would be in plain "
            "text. Link the program with SQLCipher or SQLite3 Multiple Ciphers, or leave the key out"));
    }
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const bool may_create = access_ == Access::write || options_.in_memory();
    switch (options_.mode) {
        case OpenMode::read_only:
            flags |= SQLITE_OPEN_READONLY;
            break;
        case OpenMode::read_write:
            flags |= SQLITE_OPEN_READWRITE;
            break;
        case OpenMode::create:
            flags |= SQLITE_OPEN_READWRITE | (may_create ? SQLITE_OPEN_CREATE : 0);
            break;
    }
    const std::string path = options_.in_memory() ? ":memory:" : options_.path;
    sqlite3* handle = nullptr;
    found_busy_ = false;
    changes_of_others_ = 0;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    database_.reset(handle);
    if (code != SQLITE_OK) return cannot_open(code);
    const int added = add_functions(handle, changes_of_others_);
    return added == SQLITE_OK ? std::exception_ptr{} : cannot_open(added);
}

std::exception_ptr Handle::cannot_open(int code) {
    ErrorDetails details = details_of(database_.get(), code, {});
    const std::string file = "cannot open the SQLite database \"" + options_.path + "\": ";
    found_busy_ = (code & 0xff) == SQLITE_BUSY;
    if (found_busy_) return locked(std::move(details), options_.busy_timeout);
    if ((code & 0xff) == SQLITE_NOTADB) {
        details.message = file + "the file is not a SQLite database (or is encrypted)";
    } else if ((code & 0xff) == SQLITE_CANTOPEN) {
        details.message = file + std::string{reason_for(options_.path)};
    } else if (code == SQLITE_READONLY_DIRECTORY || code == SQLITE_READONLY_CANTINIT) {
        details.message =
            file + "its directory cannot be written, and SQLite keeps the write-ahead log there, also to read";
    } else {
        details.message = file + details.message;
    }
    if ((code & 0xff) == SQLITE_NOTADB || (code & 0xff) == SQLITE_CANTOPEN) details.sqlstate = "08001";
    return as_exception(std::move(details));
}

/// A key is needed for the first page; what shapes a file, before the journal mode makes that page.
std::exception_ptr Handle::configure() {
    for (const auto& [name, value] : options_.pragmas) {
        if (kind_of_pragma(name) != PragmaKind::key) continue;
        if (auto error = pragma(name, value)) return error;
    }
    if (auto error = set_pragmas(true)) return error;
    if (!options_.in_memory()) {
        if (options_.mode != OpenMode::read_only && sqlite3_db_readonly(database_.get(), "main") == 1) {
            return as_exception({.message = "the SQLite database \"" + options_.path +
                                            "\" cannot be written; open it with ?mode=ro or change its permissions",
                                 .sqlstate = "25006"});
        }
        if (auto error = use_journal_mode()) return error;
    }
    if (auto error = check_shape()) return error;
    if (auto error = pragma("synchronous", options_.synchronous)) return error;
    if (auto error = pragma("foreign_keys", options_.foreign_keys ? "on" : "off")) return error;
    return set_pragmas(false);
}

std::exception_ptr Handle::set_pragmas(bool of_new_file) {
    for (const auto& [name, value] : options_.pragmas) {
        const PragmaKind kind = kind_of_pragma(name);
        if (kind == PragmaKind::key || (kind == PragmaKind::new_file) != of_new_file) continue;
        if (!of_new_file && !knows_pragma(name)) {
            return std::make_exception_ptr(
                UrlError("the database URL sets pragma." + name + ", but SQLite has no such pragma"));
        }
        if (auto error = pragma(name, value)) return error;
    }
    return {};
}

/// SQLite says nothing where it leaves a file as it is.
std::exception_ptr Handle::check_shape() const {
    for (const auto& [name, value] : options_.pragmas) {
        if (kind_of_pragma(name) != PragmaKind::new_file) continue;
        const std::string found = ask("PRAGMA " + name).value_or("");
        if (plain_form(name, found) == plain_form(name, value)) continue;
        return std::make_exception_ptr(UrlError("the database URL sets pragma." + name + "=" + value +
                                                ", which only shapes a new file; this one has " + found +
                                                ": leave the option out, or write the database into a new file"));
    }
    return {};
}

/// The mode is a property of the file, and setting it locks all of it: it is asked for first.
std::exception_ptr Handle::use_journal_mode() {
    sqlite3_stmt* question = nullptr;
    int code = sqlite3_prepare_v2(database_.get(), "PRAGMA journal_mode", -1, &question, nullptr);
    if (code == SQLITE_OK) code = sqlite3_step(question);
    const std::string mode = code == SQLITE_ROW ? reinterpret_cast<const char*>(sqlite3_column_text(question, 0)) : "";
    sqlite3_finalize(question);
    if (code != SQLITE_ROW && code != SQLITE_DONE) return cannot_open(code);
    if (mode == options_.journal_mode || options_.mode == OpenMode::read_only || access_ == Access::read) return {};
    if (auto error = pragma("journal_mode", options_.journal_mode)) return error;
    code = execute("SELECT count(*) FROM sqlite_master");  // who first reads a new log makes its index, and locks that
    return code == SQLITE_OK ? std::exception_ptr{} : cannot_open(code);
}

/// SQLite takes any name, and does nothing where it does not know it.
bool Handle::knows_pragma(const std::string& name) const {
    const auto known = ask("SELECT count(*) FROM pragma_pragma_list WHERE name = '" + name + "' COLLATE NOCASE");
    return known.value_or("1") != "0";  // SQLite may have been built without this list
}

std::exception_ptr Handle::pragma(const std::string& name, const std::string& value) {
    const int code = execute(("PRAGMA " + name + " = '" + value + "'").c_str());
    return code == SQLITE_OK ? std::exception_ptr{} : cannot_open(code);
}

bool Handle::has_open_foreign_key() const noexcept {
    int current = 0;
    int highest = 0;
    sqlite3_db_status(database_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0);
    return current != 0;
}

bool Handle::in_transaction() const noexcept { return sqlite3_get_autocommit(database_.get()) == 0; }

bool Handle::has_written() const noexcept { return sqlite3_txn_state(database_.get(), nullptr) == SQLITE_TXN_WRITE; }

bool Handle::has_moved() const noexcept {
    int moved = 0;
    return !options_.in_memory() &&
           sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

void Handle::forget_changes() noexcept {
    sqlite3_set_last_insert_rowid(database_.get(), 0);
    changes_of_others_ = sqlite3_total_changes64(database_.get());
}

int Handle::execute(const char* sql) noexcept { return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr); }

int Handle::execute_kept(const std::string& sql) {
    auto kept = std::find_if(kept_.begin(), kept_.end(), [&](const auto& each) { return each.first == sql; });
    if (kept == kept_.end()) {
        sqlite3_stmt* made = nullptr;
        const int code =
            sqlite3_prepare_v3(database_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
        if (code != SQLITE_OK) return code;
        kept_.emplace_back(sql, std::unique_ptr<sqlite3_stmt, FinalizeStatement>{made});
        kept = kept_.end() - 1;
    }
    sqlite3_stmt* const statement = kept->second.get();
    sqlite3_step(statement);
    const int code = sqlite3_reset(statement);
    sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);  // of many runs together, one would be interrupted
    return code;
}

void Handle::close() noexcept {
    kept_.clear();
    database_.reset();
}

std::optional<std::string> Handle::ask(const std::string& sql) const { return first_value(database_.get(), sql); }

}  // namespace databased::sqlite
