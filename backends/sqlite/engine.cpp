#include "engine.hpp"

#include "error.hpp"
#include "functions.hpp"
#include "opening_turn.hpp"

#include <databased/detail/datetime_text.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <limits>
#include <thread>

namespace databased::sqlite {

namespace {

constexpr std::chrono::milliseconds pause_between_openings{2};
constexpr int steps_between_looks = 1000;  // of SQLite's virtual machine: well below a millisecond
constexpr std::int64_t no_rowid = std::numeric_limits<std::int64_t>::min() + 40'961;  // nobody's, surely
constexpr int not_stored = SQLITE_MISMATCH;  // what bind_cell() returns for what SQLite has no form for
constexpr const char* begin_writing = "BEGIN IMMEDIATE";

bool is_end_of_statement(int code) { return code == SQLITE_DONE || code == SQLITE_ROW; }

std::exception_ptr locked(ErrorDetails details, std::chrono::milliseconds waited) {
    details.message = "the database is locked by another process for longer than busy_timeout (" +
                      std::to_string(waited.count()) + " ms): " + details.message;
    return as_exception(std::move(details));
}

std::exception_ptr cannot_store(const Statement& values, std::size_t run, std::size_t parameter) {
    const std::string item = values.is_many() ? "item " + std::to_string(run) + ": " : "";
    const std::string place = item + "parameter " + std::to_string(parameter + 1) + ": ";
    if (values.parameter(parameter, run).kind == ValueKind::array) {
        return std::make_exception_ptr(ParameterError(place + "SQLite has no arrays; use expand() for a list"));
    }
    return std::make_exception_ptr(
        ParameterError(place + "it is not in the years 1 to 9999, those whose dates SQLite can compare"));
}

std::string_view reason_for(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return "it is a directory; name a file in it";
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
    if (!std::filesystem::is_directory(folder, error)) return "its directory does not exist; create it first";
    if (!std::filesystem::exists(path, error))
        return "the file does not exist; it is created by who writes, where mode=ro or mode=rw does not forbid it";
    return "the file cannot be read; check its permissions";
}

}  // namespace

void CloseDatabase::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

Engine::Engine(const SqliteOptions& options, Access access, Watcher& watcher)
    : options_(options), access_(access), watcher_(watcher) {}

Engine::~Engine() { close(); }

// Opening

/// Setting the journal mode, and recovering what another process has left, need locks for which SQLite does not wait
/// itself.
std::exception_ptr Engine::open() {
    const auto give_up = std::chrono::steady_clock::now() + options_.busy_timeout;
    while (true) {
        {
            const OpeningTurn turn{options_.path};
            is_opening_ = true;
            auto error = open_file();
            if (!error) error = configure();
            is_opening_ = false;
            if (!error) return {};
            close_file();
            if (!found_busy_ || watcher_.is_ending() || std::chrono::steady_clock::now() >= give_up) return error;
        }
        std::this_thread::sleep_for(pause_between_openings);
    }
}

std::exception_ptr Engine::open_file() {
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
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    database_.reset(handle);
    if (code != SQLITE_OK) return cannot_open(code);
    if (const int added = add_functions(handle); added != SQLITE_OK) return cannot_open(added);
    statements_.emplace(handle, options_.statement_cache, options_.numeric_time);
    sqlite3_busy_handler(handle, &Engine::on_busy, this);
    sqlite3_progress_handler(handle, steps_between_looks, &Engine::on_progress, this);
    return {};
}

std::exception_ptr Engine::cannot_open(int code) {
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

std::exception_ptr Engine::configure() {
    if (!options_.in_memory()) {
        if (options_.mode != OpenMode::read_only && sqlite3_db_readonly(database_.get(), "main") == 1) {
            return as_exception({.message = "the SQLite database \"" + options_.path +
                                            "\" cannot be written; open it with ?mode=ro or change its permissions",
                                 .sqlstate = "25006"});
        }
        if (auto error = use_journal_mode()) return error;
        if (access_ == Access::write) queue_ = WriterQueue::of_file(options_.path);
    }
    if (auto error = pragma("synchronous", options_.synchronous)) return error;
    if (auto error = pragma("foreign_keys", options_.foreign_keys ? "on" : "off")) return error;
    for (const auto& [name, value] : options_.pragmas) {
        if (!knows_pragma(name)) {
            return std::make_exception_ptr(
                UrlError("the database URL sets pragma." + name + ", but SQLite has no such pragma"));
        }
        if (auto error = pragma(name, value)) return error;
    }
    if (access_ == Access::read && !options_.in_memory()) return pragma("query_only", "on");
    return {};
}

/// The mode is a property of the file, and setting it locks all of it: it is asked for first.
std::exception_ptr Engine::use_journal_mode() {
    sqlite3_stmt* ask = nullptr;
    int code = sqlite3_prepare_v2(database_.get(), "PRAGMA journal_mode", -1, &ask, nullptr);
    if (code == SQLITE_OK) code = sqlite3_step(ask);
    const std::string mode = code == SQLITE_ROW ? reinterpret_cast<const char*>(sqlite3_column_text(ask, 0)) : "";
    sqlite3_finalize(ask);
    if (!is_end_of_statement(code)) return cannot_open(code);
    if (mode == options_.journal_mode || options_.mode == OpenMode::read_only || access_ == Access::read) return {};
    if (auto error = pragma("journal_mode", options_.journal_mode)) return error;
    code = execute("SELECT count(*) FROM sqlite_master");  // who first reads a new log makes its index, and locks that
    return code == SQLITE_OK ? std::exception_ptr{} : cannot_open(code);
}

/// SQLite takes any name, and does nothing where it does not know it.
bool Engine::knows_pragma(const std::string& name) const {
    sqlite3_stmt* find = nullptr;
    constexpr const char* sql = "SELECT 1 FROM pragma_pragma_list WHERE name = ?1 COLLATE NOCASE";
    if (sqlite3_prepare_v2(database_.get(), sql, -1, &find, nullptr) != SQLITE_OK)
        return true;  // built without this list
    sqlite3_bind_text(find, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
    const bool found = sqlite3_step(find) == SQLITE_ROW;
    sqlite3_finalize(find);
    return found;
}

std::exception_ptr Engine::pragma(const std::string& name, const std::string& value) {
    const int code = execute(("PRAGMA " + name + "=" + value).c_str());
    return code == SQLITE_OK ? std::exception_ptr{} : cannot_open(code);
}

void Engine::close() noexcept {
    if (database_ == nullptr) return;
    const OpeningTurn turn{options_.path};
    close_file();
    leave_queue();
}

void Engine::close_file() noexcept {
    if (statements_) statements_->clear();
    statements_.reset();
    database_.reset();
}

// Looking up while SQLite works or waits

int Engine::on_progress(void* self) noexcept {
    auto& engine = *static_cast<Engine*>(self);
    engine.watcher_.on_progress();
    if (engine.current_ == nullptr) return 0;
    const bool shielded = engine.current_->request().shielded;
    const bool is_waited_for =
        std::any_of(engine.ran_.begin(), engine.ran_.end(), [](const Job* job) { return job->should_stop(); });
    return engine.current_->should_stop() || is_waited_for || (engine.watcher_.is_ending() && !shielded) ? 1 : 0;
}

int Engine::on_busy(void* self, int count) noexcept {
    auto& engine = *static_cast<Engine*>(self);
    if (engine.is_opening_) return 0;
    const auto now = std::chrono::steady_clock::now();
    if (count == 0) engine.busy_since_ = now;
    if (now - engine.busy_since_ >= engine.options_.busy_timeout) return 0;
    if (engine.watcher_.is_ending() || (engine.current_ != nullptr && engine.current_->should_stop())) return 0;
    engine.watcher_.on_progress();
    std::this_thread::sleep_for(std::chrono::microseconds{std::min(5'000, 100 << std::min(count, 6))});
    return 1;
}

// The writers' queue

/// Waits until `limit`, and no longer than `job` wants to if there is one.
bool Engine::wait_for_turn(detail::Clock::time_point limit, const Job* job) {
    if (queue_ == nullptr || has_turn_) return true;
    const auto gives_up = [&] {
        watcher_.on_progress();
        return watcher_.is_ending() || (job != nullptr && job->should_stop()) || limit <= detail::Clock::now();
    };
    has_turn_ = queue_->enter(this, gives_up);
    return has_turn_;
}

bool Engine::enter_queue(const Job& job, std::exception_ptr& error) {
    if (wait_for_turn(job.request().turn_deadline, &job)) return true;
    if (job.should_stop()) {
        error = job.stop_error();
    } else if (watcher_.is_ending()) {
        error = std::make_exception_ptr(
            NotConnectedError("the Database was disconnected while this statement waited for its turn"));
    } else {
        error = std::make_exception_ptr(
            PoolTimeoutError("other writers of this program held the SQLite database's one write lock for too long"));
    }
    return false;
}

void Engine::leave_queue() noexcept {
    if (!has_turn_) return;
    has_turn_ = false;
    queue_->leave(this);
}

// Requests

void Engine::run(Job& job) {
    run_now(job, true);
    job.outcome.in_transaction = in_transaction();
    if (!job.outcome.in_transaction) leave_queue();
}

void Engine::run_now(Job& job, bool may_tell) {
    current_ = &job;
    if (watcher_.is_ending() && !job.request().shielded) {
        job.outcome.error =
            std::make_exception_ptr(NotConnectedError("the Database was disconnected before this statement could run"));
    } else if (job.should_stop()) {
        job.outcome.error = job.stop_error();
    } else {
        job.outcome.error = run_verbs(job);
        if (!job.outcome.error && job.statement() != nullptr) job.outcome.error = run_statement(job, may_tell);
    }
    current_ = nullptr;
}

std::exception_ptr Engine::run_verbs(Job& job) {
    std::exception_ptr error;
    for (const auto& sql : job.request().before) {
        if (sql == begin_writing && !enter_queue(job, error)) return error;
        if (const int code = execute(sql.c_str()); code != SQLITE_OK) return failure(job, code);
        ++job.outcome.before_done;
    }
    return {};
}

std::exception_ptr Engine::run_statement(Job& job, bool may_tell) {
    const Statement& values = *job.statement();
    if (job.request().in_transaction && !in_transaction()) {
        return as_exception(
            {.message = "the transaction was ended by the database before this statement", .sqlstate = "25P02"});
    }
    int code = SQLITE_OK;
    PreparedStatement* statement = statements_->find(values.shared_text(), code);
    if (statement == nullptr) return failure(job, code);
    if (!statement->is_readonly && job.request().read_only) return refused_write(job);
    std::exception_ptr error;
    if (!statement->is_readonly && !enter_queue(job, error)) return error;
    if (sqlite3_bind_parameter_count(statement->handle.get()) != static_cast<int>(values.text().parameter_count)) {
        return std::make_exception_ptr(
            ParameterError("SQLite sees another number of parameters in the statement than databased: please "
                           "report this statement"));
    }
    job.outcome.result.command = values.text().command;
    const auto rowid_before = mark_last_rowid(*statement);
    for (std::size_t run = 0; run < values.runs() && !error; ++run) error = run_once(job, *statement, run, may_tell);
    const auto rowid = last_rowid(*statement, rowid_before);
    if (!error) job.outcome.result.last_insert_id = rowid;
    return error;
}

/// SQLite leaves the last rowid as it was where an INSERT adds nothing: a mark tells the two apart.
std::optional<std::int64_t> Engine::mark_last_rowid(const PreparedStatement& statement) noexcept {
    if (!statement.inserts || statement.reads_last_rowid) return std::nullopt;
    const std::int64_t before = sqlite3_last_insert_rowid(database_.get());
    sqlite3_set_last_insert_rowid(database_.get(), no_rowid);
    return before;
}

std::optional<std::int64_t> Engine::last_rowid(const PreparedStatement& statement,
                                               std::optional<std::int64_t> before) noexcept {
    if (!statement.inserts) return std::nullopt;
    const std::int64_t rowid = sqlite3_last_insert_rowid(database_.get());
    if (!before && sqlite3_changes64(database_.get()) == 0) return std::nullopt;
    if (rowid != no_rowid) return rowid;
    sqlite3_set_last_insert_rowid(database_.get(), before.value_or(0));
    return std::nullopt;
}

std::exception_ptr Engine::run_once(Job& job, PreparedStatement& statement, std::size_t run, bool may_tell) {
    sqlite3_stmt* handle = statement.handle.get();
    if (auto error = bind(*job.statement(), statement, run)) return error;

    const int code = step_rows(job, statement, may_tell);
    std::exception_ptr error;
    if (is_end_of_statement(code)) {
        if (statement.changes_rows) job.outcome.result.rows_affected += sqlite3_changes64(database_.get());
    } else {
        error = failure(job, code, run);
    }
    const int reset = sqlite3_reset(handle);
    if (!error && reset != SQLITE_OK) error = failure(job, reset, run);
    return error;
}

int Engine::step_rows(Job& job, PreparedStatement& statement, bool may_tell) {
    sqlite3_stmt* handle = statement.handle.get();
    int code = sqlite3_step(handle);
    const bool only_first = job.first_row_only();
    if (job.wants_rows() && !job.has_columns() && is_end_of_statement(code))
        job.set_columns(statements_->columns(statement));
    if (!job.wants_rows()) {
        while (code == SQLITE_ROW) code = sqlite3_step(handle);
        return code;
    }
    const int columns = sqlite3_column_count(handle);
    while (code == SQLITE_ROW) {
        read_row(job, handle, columns);
        if (only_first) return SQLITE_DONE;
        if (job.batch().is_full()) job.next_batch(may_tell);
        code = sqlite3_step(handle);
    }
    return code;
}

void Engine::read_row(Job& job, sqlite3_stmt* handle, int columns) {
    RowBatch& batch = job.batch();
    detail::Cell* cell = batch.add_row();
    for (int i = 0; i < columns; ++i, ++cell) {
        switch (sqlite3_column_type(handle, i)) {
            case SQLITE_INTEGER:
                *cell = detail::Cell::of_integer(ValueKind::integer, sqlite3_column_int64(handle, i));
                break;
            case SQLITE_FLOAT:
                *cell = detail::Cell::of_real(sqlite3_column_double(handle, i));
                break;
            case SQLITE_TEXT: {
                const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle, i));
                const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle, i));
                *cell = detail::Cell::of_data(ValueKind::text, batch.arena().keep({text, size}));
                break;
            }
            case SQLITE_BLOB: {
                const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle, i));
                const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle, i));
                *cell = detail::Cell::of_data(ValueKind::bytes, batch.arena().keep({bytes, size}));
                break;
            }
            default:
                *cell = detail::Cell::null();
        }
    }
}

// Parameters

std::exception_ptr Engine::bind(const Statement& values, PreparedStatement& statement, std::size_t run) {
    const std::size_t count = values.text().parameter_count;
    for (std::size_t i = 0; i < count; ++i) {
        const int code = bind_cell(statement.handle.get(), static_cast<int>(i + 1), values.parameter(i, run));
        if (code == SQLITE_OK) continue;
        if (code == not_stored) return cannot_store(values, run, i);
        return as_exception(details_of(database_.get(), code, values.text().source));
    }
    return {};
}

/// SQLite has no types for dates, decimals, UUIDs and JSON: they are stored as text, UUIDs in their 36 characters.
int Engine::bind_cell(sqlite3_stmt* handle, int index, const detail::Cell& cell) {
    using std::chrono::microseconds;
    std::array<char, 40> text;
    const auto bind_short = [&](const char* end) {
        return sqlite3_bind_text64(handle, index, text.data(), static_cast<sqlite3_uint64>(end - text.data()),
                                   SQLITE_TRANSIENT, SQLITE_UTF8);
    };
    switch (cell.kind) {
        case ValueKind::null:
            return sqlite3_bind_null(handle, index);
        case ValueKind::boolean:
        case ValueKind::integer:
            return sqlite3_bind_int64(handle, index, cell.integer);
        case ValueKind::real:
            return sqlite3_bind_double(handle, index, cell.real);
        case ValueKind::text:
        case ValueKind::decimal:
        case ValueKind::json:
            return sqlite3_bind_text64(handle, index, cell.data, cell.size, SQLITE_STATIC, SQLITE_UTF8);
        case ValueKind::bytes:
            if (cell.size == 0) return sqlite3_bind_zeroblob(handle, index, 0);
            return sqlite3_bind_blob64(handle, index, cell.data, cell.size, SQLITE_STATIC);
        case ValueKind::date: {
            const std::chrono::sys_days day{std::chrono::days{cell.integer}};
            return detail::is_writable(day) ? bind_short(detail::write_date(text.data(), day)) : not_stored;
        }
        case ValueKind::time:
            return bind_short(detail::write_time(text.data(), microseconds{cell.integer}));
        case ValueKind::timestamp:
        case ValueKind::timestamptz: {
            const Timestamp time{microseconds{cell.integer}};
            return detail::is_writable(time) ? bind_short(detail::write_timestamp(text.data(), time)) : not_stored;
        }
        case ValueKind::uuid: {
            std::array<std::byte, 16> bytes;
            std::memcpy(bytes.data(), cell.data, bytes.size());
            return bind_short(detail::write_uuid(text.data(), Uuid::from_bytes(bytes)));
        }
        case ValueKind::array:
            return not_stored;
    }
    return SQLITE_MISUSE;
}

// Failures

std::exception_ptr Engine::failure(const Job& job, int code, std::optional<std::size_t> run) const {
    if ((code & 0xff) == SQLITE_INTERRUPT || (code & 0xff) == SQLITE_BUSY) {
        if (job.should_stop()) return job.stop_error();
        if (watcher_.is_ending()) {
            return std::make_exception_ptr(NotConnectedError("the Database was disconnected while this statement ran"));
        }
    }
    const Statement* statement = job.statement();
    const std::string_view sql = statement != nullptr ? std::string_view{statement->text().source} : std::string_view{};
    ErrorDetails details = details_of(database_.get(), code, sql);
    if (statement != nullptr && job.request().reports_values)
        details.parameters = statement->describe_values(run.value_or(0));
    if (run && statement->is_many()) details.message = "item " + std::to_string(*run) + ": " + details.message;
    if ((code & 0xff) == SQLITE_BUSY && code != SQLITE_BUSY_SNAPSHOT)
        return locked(std::move(details), options_.busy_timeout);
    if ((code & 0xff) == SQLITE_FULL) details.message += ": free some space, or raise max_page_count";
    return as_exception(std::move(details));
}

std::exception_ptr Engine::refused_write(const Job& job) const {
    return as_exception(
        {.message = "this statement would write, but runs where only reading is allowed: in a read session, through "
                    "reader(), or on a database opened with mode=ro",
         .sqlstate = "25006",
         .sql = job.statement()->text().source});
}

int Engine::execute(const char* sql) noexcept { return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr); }
bool Engine::in_transaction() const noexcept { return sqlite3_get_autocommit(database_.get()) == 0; }

// Groups

bool Engine::begin_reads() { return execute("BEGIN") == SQLITE_OK; }

void Engine::run_read(Job& job) { run_now(job, true); }

void Engine::end_reads() {
    if (in_transaction()) execute("COMMIT");
}

bool Engine::run_writes(std::span<Job* const> jobs) {
    if (!wait_for_turn(jobs.front()->request().turn_deadline, nullptr)) return false;
    const int begun = execute(begin_writing);
    bool done = false;
    if (begun == SQLITE_OK) {
        done = run_together(jobs) && commit_together(jobs);
    } else if ((begun & 0xff) == SQLITE_BUSY) {
        fail_together(jobs, begun);
        done = true;
    }
    if (in_transaction()) execute("ROLLBACK");
    leave_queue();
    return done;
}

/// False if one of them has ended the transaction, or has left a deferred foreign key for COMMIT to fail on.
bool Engine::run_together(std::span<Job* const> jobs) {
    bool is_whole = true;
    for (std::size_t i = 0; i < jobs.size() && is_whole; ++i) {
        if (!jobs[i]->begin()) continue;
        ran_ = jobs.first(i);
        run_now(*jobs[i], false);
        is_whole = in_transaction() && !has_open_foreign_key();
    }
    ran_ = {};
    return is_whole;
}

bool Engine::commit_together(std::span<Job* const> jobs) {
    if (const int code = execute("COMMIT"); code != SQLITE_OK) fail_together(jobs, code);
    return true;
}

void Engine::fail_together(std::span<Job* const> jobs, int code) {
    for (Job* job : jobs) {
        if (job->begin() && !job->outcome.error) job->outcome.error = failure(*job, code);
    }
}

bool Engine::has_open_foreign_key() const noexcept {
    int current = 0;
    int highest = 0;
    sqlite3_db_status(database_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0);
    return current != 0;
}

}  // namespace databased::sqlite
