#include "session/stream_source.hpp"

#include "session/session_ending.hpp"
#include "session/session_opening.hpp"

#include <databased/error.hpp>
#include <databased/timeout.hpp>

#include <utility>

namespace databased::detail {

namespace {

using backend::Verb;

constexpr std::size_t few_batches = 2;  // what is left of them when more is asked for

/// By words: who is wrong about them is refused what fetch_all() does.
void admit_stream(const Statement& statement, const Capabilities& capabilities) {
    if (!capabilities.cursors) {
        throw NotSupportedError("this database has no cursors, so there are no streams: use fetch_all()");
    }
    if (statement.runs() == 1 && !statement.is_many() && statement.text().command == "SELECT") return;
    throw NotSupportedError("a stream is for a query that reads (SELECT, VALUES, TABLE, WITH): use fetch_all()");
}

[[noreturn]] void throw_cursor_is_gone() {
    throw SessionStateError(
        "the stream was opened while a child session was open, and is gone with what that has rolled back");
}

std::exception_ptr ended_by_session(const SessionState& session) {
    if (session.is_over() || !session.is_unit()) {
        return std::make_exception_ptr(
            SessionClosedError("the session of this stream has ended, and the stream with it"));
    }
    return std::make_exception_ptr(SessionStateError(
        "the stream has ended with the transaction of its session: read it to its end before commit or rollback"));
}

}  // namespace

// What has come

void ArrivedRows::on_rows(std::unique_ptr<RowBatch> batch) {
    any_ = true;
    if (is_dropped_) return;
    batches_.push_back(std::move(batch));
    waiters_.grant_all();
}

std::unique_ptr<RowBatch> ArrivedRows::pop() {
    auto batch = std::move(batches_.front());
    batches_.pop_front();
    return batch;
}

void ArrivedRows::drop() noexcept {
    is_dropped_ = true;
    batches_.clear();
}

// The stream

/// While it lives something is under way; who waits looks again then.
class StreamSource::Busy {
  public:
    explicit Busy(StreamSource& stream) noexcept : stream_(stream) { stream_.is_busy_ = true; }
    ~Busy() {
        stream_.is_busy_ = false;
        stream_.rows_.waiters().grant_all();
    }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

  private:
    StreamSource& stream_;
};

StreamSource::StreamSource(std::shared_ptr<SessionState> session, Session whose, Statement::Pointer statement) noexcept
    : session_(std::move(session)), whose_(whose), statement_(std::move(statement)) {}

StreamSource::~StreamSource() = default;

/// Who reads without ever waiting would keep the loop from sending what asks for more, and from taking what has come:
/// between two batches it has a turn.
bool StreamSource::is_ready() const noexcept {
    if (!is_valid_ || error_) return true;
    const bool is_all_there = is_at_end_ && !is_busy_;
    return is_all_there || (!rows_.empty() && (had_turn_ || !reads_ahead_));
}

std::unique_ptr<RowBatch> StreamSource::take() {
    had_turn_ = false;
    if (!rows_.empty()) return rows_.pop();
    if (error_) std::rethrow_exception(error_);
    return nullptr;
}

Task<> StreamSource::wait() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    session_->plan().database->connectivity.check_thread(context);
    if (is_waited_for_) throw UsageError("the next rows of a stream are awaited already: one at a time");
    struct Waiting {
        explicit Waiting(bool& flag) noexcept : is_waited_for(flag) { is_waited_for = true; }
        ~Waiting() { is_waited_for = false; }
        bool& is_waited_for;
    } const waiting{is_waited_for_};
    if (transaction_ == nullptr) {
        co_await declare();
        co_return;
    }
    reads_ahead_ = true;
    if (!is_busy_ && !is_at_end_ && rows_.size() <= few_batches) start_fetch();
    if (!rows_.empty()) co_await yield();
    had_turn_ = true;
    while (!is_ready()) {
        if (!is_busy_) start_fetch();
        if (is_ready()) break;
        Waiter waiter;
        rows_.waiters().add(waiter);
        const Wake wake = co_await waiter;
        if (wake != Wake::granted) throw_not_granted(wake, "the next rows of a stream did not come in time");
    }
}

/// In the context of who reads: that is where the session is opened, if it is not yet.
Task<> StreamSource::declare() {
    const Context& context = co_await this_context();
    const Busy busy{*this};
    std::exception_ptr failure;
    try {
        const DatabaseState& database = *session_->plan().database;
        admit(*statement_, context, database.connectivity.home());
        admit_stream(*statement_, database.capabilities());
        LockedTransaction transaction = co_await lock_for_statement(session_);
        if (transaction->savepoints().has_to_undo()) {
            transaction = co_await undo_left(session_, std::move(transaction));
        }
        cursor_ = next_number();
        Request request = session_->request_for({Verb::declare, cursor_}, std::move(statement_), &rows_, context);
        transaction_ = session_->transaction();
        session_->add(*this);
        const Outcome outcome = co_await transaction->run(std::move(request));
        note(outcome, true);
        session_->statement_ended(transaction, outcome);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await finish(failure);
}

Task<LockedTransaction> StreamSource::lock() {
    const auto transaction = transaction_;
    FairLock::Hold hold = transaction->lock().try_lock(transaction->lock_mode());
    if (!hold) hold = co_await transaction->lock().lock();
    co_return LockedTransaction{transaction, std::move(hold)};
}

Task<> StreamSource::fetch() {
    const Context& context = co_await this_context();
    const Busy busy{*this};
    std::exception_ptr failure;
    try {
        LockedTransaction transaction = co_await lock();
        const auto is_gone = [&] { return !is_valid_ || !transaction.is_of(session_->transaction()); };
        if (!is_gone() && transaction->savepoints().has_to_undo()) {
            co_await transaction->end(transaction->savepoints().before_end());
        }
        if (!is_gone()) {
            Request request = session_->request_for({Verb::fetch, cursor_}, {}, &rows_, context);
            if (!transaction->savepoints().cursors().has(cursor_)) throw_cursor_is_gone();
            const Outcome outcome = co_await transaction->run(std::move(request));
            note(outcome, false);
            session_->statement_ended(transaction, outcome);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    co_await finish(failure);
}

void StreamSource::note(const Outcome& outcome, bool is_declared) {
    const bool came = rows_.take_any();
    OpenCursors& cursors = transaction_->savepoints().cursors();
    if (is_declared && !outcome.error) cursors.opened(cursor_);
    if (outcome.error) fail(outcome.error);
    if (!outcome.error) is_at_end_ = outcome.is_at_end || !came;
    if (outcome.error || is_at_end_ || !is_valid_) cursors.leave(cursor_);
}

/// Nothing is under way any more. What is over needs no connection of its own.
Task<> StreamSource::finish(std::exception_ptr error) {
    if (error) fail(error);
    const bool is_over = error_ || is_at_end_;
    if (is_over && is_own()) co_await end_session(shared_from_this());
}

/// What happens to one that nobody reads any more is of no interest.
void StreamSource::fail(std::exception_ptr error) noexcept {
    if (is_valid_ && !error_) error_ = std::move(error);
}

void StreamSource::start_fetch() {
    EventLoop* const loop = session_->plan().database->connectivity.loop();
    if (loop == nullptr) {
        return fail(std::make_exception_ptr(NotConnectedError("the Database of this stream was disconnected")));
    }
    is_busy_ = true;
    loop->spawn(fetch_beside(shared_from_this()));
}

/// Who waits for it may give that up; another one may want the rows.
Task<> StreamSource::fetch_beside(std::shared_ptr<StreamSource> self) { co_await self->fetch(); }

// Its end

/// It has only read: there is nothing to commit.
Task<> StreamSource::end_session(std::shared_ptr<StreamSource> self) {
    self->ListNode::unlink();
    co_await undo(self->session_, {}, nullptr);
    self->session_->end();
}

void StreamSource::session_ended() noexcept {
    const bool was_read = is_at_end_ && rows_.empty() && !error_;
    leave();
    if (!was_read && !error_) error_ = ended_by_session(*session_);
    rows_.waiters().grant_all();
}

void StreamSource::leave() noexcept {
    ListNode::unlink();
    is_valid_ = false;
    rows_.drop();
    if (transaction_ != nullptr) transaction_->savepoints().cursors().leave(cursor_);
}

Task<> StreamSource::close() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    session_->plan().database->connectivity.check_thread(context);
    leave();
    error_ = nullptr;
    if (!is_own()) co_return;
    if (session_->is_open()) session_->limits.stop();
    co_await end_session(self);
}

void StreamSource::abandon() noexcept {
    EventLoop* const loop = session_->plan().database->connectivity.loop();
    if (loop != nullptr && !loop->is_on_its_thread()) {
        loop->post([self = shared_from_this()] { self->abandon_here(); });
    } else {
        abandon_here();
    }
}

void StreamSource::abandon_here() noexcept {
    leave();
    const Connectivity& connectivity = session_->plan().database->connectivity;
    if (!is_own() || !session_->is_open() || connectivity.loop() == nullptr || connectivity.is_inherited()) return;
    session_->limits.stop();
    connectivity.loop()->spawn(end_session(shared_from_this()));
}

}  // namespace databased::detail
