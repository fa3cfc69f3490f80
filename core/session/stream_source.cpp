#include "session/stream_source.hpp"

#include "session/session_ending.hpp"
#include "session/session_opening.hpp"

#include <databased/error.hpp>
#include <databased/timeout.hpp>

#include <utility>

namespace databased::detail {

namespace {

using backend::Verb;

constexpr std::size_t most_fetches = 2;  // one is served while the rows of the other are read

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

void ArrivedRows::push(std::unique_ptr<RowBatch> batch) {
    if (is_dropped_) return;
    batches_.push_back(std::move(batch));
    waiters_.grant_all();
}

std::unique_ptr<RowBatch> ArrivedRows::pop() {
    auto batch = std::move(batches_.front());
    batches_.pop_front();
    return batch;
}

void ArrivedRows::take_back(std::size_t batches) noexcept {
    while (batches-- != 0 && !batches_.empty()) batches_.pop_back();
}

void ArrivedRows::drop() noexcept {
    is_dropped_ = true;
    batches_.clear();
}

void BroughtRows::on_rows(std::unique_ptr<RowBatch> batch) {
    ++batches_;
    rows_.push(std::move(batch));
}

// The stream

/// While it lives something is under way; who waits looks again then.
class StreamSource::Busy {
  public:
    explicit Busy(std::shared_ptr<StreamSource> stream) noexcept : stream_(std::move(stream)) {
        ++stream_->progress_.under_way;
    }
    ~Busy() {
        if (stream_ == nullptr) return;
        --stream_->progress_.under_way;
        stream_->rows_.waiters().grant_all();
    }
    Busy(Busy&& other) noexcept = default;
    Busy& operator=(Busy&&) = delete;

    StreamSource& stream() const noexcept { return *stream_; }

  private:
    std::shared_ptr<StreamSource> stream_;
};

StreamSource::StreamSource(std::shared_ptr<SessionState> session, Session whose, Statement::Pointer statement) noexcept
    : session_(std::move(session)), whose_(whose), statement_(std::move(statement)) {}

StreamSource::~StreamSource() = default;

bool StreamSource::is_ready() const noexcept {
    return !is_valid_ || error_ || progress_.knows_what_comes_next(rows_.size());
}

std::unique_ptr<RowBatch> StreamSource::take() {
    progress_.had_turn = false;
    if (!rows_.empty()) return rows_.pop();
    if (error_) std::rethrow_exception(error_);
    return nullptr;
}

Task<> StreamSource::wait() {
    const auto self = shared_from_this();
    const Context& context = co_await this_context();
    session_->plan().database->connectivity.check_thread(context);
    if (progress_.is_waited_for) throw UsageError("the next rows of a stream are awaited already: one at a time");
    struct Waiting {
        explicit Waiting(bool& flag) noexcept : is_waited_for(flag) { is_waited_for = true; }
        ~Waiting() { is_waited_for = false; }
        bool& is_waited_for;
    } const waiting{progress_.is_waited_for};
    if (transaction_ == nullptr) {
        co_await declare();
        co_return;
    }
    progress_.reads_ahead = true;
    if (wants_more()) start_fetches();
    if (!rows_.empty()) co_await yield();
    progress_.had_turn = true;
    while (!is_ready()) {
        transaction_->refuse_feeder(context);
        if (progress_.under_way == 0) start_fetches();
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
    const Busy busy{shared_from_this()};
    try {
        const DatabaseState& database = *session_->plan().database;
        admit(*statement_, context, database.connectivity.home());
        admit_stream(*statement_, database.capabilities());
        LockedTransaction transaction = co_await lock_for_statement(session_);
        if (transaction->savepoints().has_to_undo()) {
            transaction = co_await undo_left(session_, std::move(transaction));
        }
        cursor_ = next_number();
        BroughtRows rows{rows_};
        Request request = session_->request_for({Verb::declare, cursor_}, std::move(statement_), &rows, context);
        transaction_ = session_->transaction();
        session_->add(*this);
        const Outcome outcome = co_await transaction->run(std::move(request));
        if (!outcome.error) transaction_->savepoints().cursors().opened(cursor_);
        note(outcome, !rows.empty());
        session_->statement_ended(transaction, outcome);
    } catch (...) {
        fail(std::current_exception());
    }
    co_await finish();
}

/// Fetches go together where the backend serves them so, and nothing else has to be said first.
Task<LockedTransaction> StreamSource::lock_to_fetch() {
    const auto transaction = transaction_;
    const bool may_go_together =
        session_->plan().database->capabilities().fetches_ahead && transaction->savepoints().is_settled();
    FairLock::Hold hold = transaction->lock().try_lock(may_go_together ? LockMode::shared : LockMode::exclusive);
    if (!hold) hold = co_await transaction->lock().lock();
    co_return LockedTransaction{transaction, std::move(hold)};
}

/// Of a cursor that has come to its end meanwhile nothing is asked any more.
Task<> StreamSource::fetch() {
    const Context& context = co_await this_context();
    try {
        LockedTransaction transaction = co_await lock_to_fetch();
        const auto is_over = [&] {
            return !is_valid_ || error_ || progress_.is_at_end || !transaction.is_of(session_->transaction());
        };
        if (!is_over() && transaction->savepoints().has_to_undo()) {
            co_await transaction->end(transaction->savepoints().before_end());
        }
        if (!is_over()) {
            BroughtRows rows{rows_};
            Request request = session_->request_for({Verb::fetch, cursor_}, {}, &rows, context);
            if (!transaction->savepoints().cursors().has(cursor_)) throw_cursor_is_gone();
            const Outcome outcome = co_await transaction->run(std::move(request));
            note(outcome, !rows.empty());
            session_->statement_ended(transaction, outcome);
        }
    } catch (...) {
        fail(std::current_exception());
    }
}

void StreamSource::note(const Outcome& outcome, bool has_brought_rows) {
    if (outcome.error) {
        fail(outcome.error);
    } else if (outcome.is_at_end || !has_brought_rows) {
        progress_.is_at_end = true;
    }
    const bool is_over = outcome.error || progress_.is_at_end || !is_valid_;
    if (is_over) transaction_->savepoints().cursors().leave(cursor_);
}

/// What is over, with all that was under way, needs no connection of its own.
Task<> StreamSource::finish() {
    const bool is_over = (error_ || progress_.is_at_end) && progress_.under_way == 1;
    if (is_over && is_own()) co_await end_session(shared_from_this());
}

/// What happens to one that nobody reads any more is of no interest.
void StreamSource::fail(std::exception_ptr error) noexcept {
    if (is_valid_ && !error_) error_ = std::move(error);
}

void StreamSource::start_fetches() {
    const DatabaseState& database = *session_->plan().database;
    EventLoop* const loop = database.connectivity.loop();
    if (loop == nullptr) {
        return fail(std::make_exception_ptr(NotConnectedError("the Database of this stream was disconnected")));
    }
    const std::size_t most = database.capabilities().fetches_ahead ? most_fetches : 1;
    while (progress_.under_way < most) loop->spawn(fetch_beside(Busy{shared_from_this()}));
}

/// Who waits for it may give that up; another one may want the rows. What was given would live as long as the frame,
/// which goes at the end of the turn only: the last of them has to know that it is.
Task<> StreamSource::fetch_beside(Busy given) {
    const Busy busy{std::move(given)};
    StreamSource& stream = busy.stream();
    do {
        co_await stream.fetch();
    } while (stream.wants_more());
    co_await stream.finish();
}

// Its end

/// It has only read: there is nothing to commit.
Task<> StreamSource::end_session(std::shared_ptr<StreamSource> self) {
    self->ListNode::unlink();
    co_await undo(self->session_, {}, nullptr);
    self->session_->end();
}

void StreamSource::session_ended() noexcept {
    const bool was_read = progress_.is_at_end && rows_.empty() && !error_;
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
    const Connectivity& connectivity = session_->plan().database->connectivity;
    if (!connectivity.call_on_loop([self = shared_from_this()] { self->abandon_here(); })) abandon_here();
}

void StreamSource::abandon_here() noexcept {
    leave();
    const Connectivity& connectivity = session_->plan().database->connectivity;
    if (!is_own() || !session_->is_open() || connectivity.loop() == nullptr || connectivity.is_inherited()) return;
    session_->limits.stop();
    connectivity.loop()->spawn(end_session(shared_from_this()));
}

}  // namespace databased::detail
