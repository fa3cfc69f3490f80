#include "numbered.hpp"
#include "pause.hpp"

#include <databased/backend/awaited_exchange.hpp>
#include <databased/backend/coroutine_session.hpp>
#include <databased/backend/decorator.hpp>
#include <databased/event_loop.hpp>
#include <databased/testing/failure.hpp>
#include <databased/testing/faults.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace databased::test {

namespace {

enum class Kind { lose_at, lose_after, fail, delay };

struct Fault {
    Kind kind = Kind::delay;
    int operation = 0;  // none
    std::string sqlstate{};
    std::chrono::milliseconds by{0};
};

}  // namespace

/// Shared by the loops of its Databases.
struct Faults::State {
    explicit State(Url inner) : url(std::move(inner)) {}

    const Url url;

    void set(Fault next) {
        const std::lock_guard lock{mutex};
        fault = std::move(next);
    }
    /// Counts one more operation: the fault, if it is that one's.
    std::optional<Fault> next() {
        const std::lock_guard lock{mutex};
        ++operations;
        if (operations != fault.operation) return std::nullopt;
        happened = true;
        return fault;
    }

    std::mutex mutex{};
    Fault fault{};
    int operations = 0;
    bool happened = false;
};

namespace {

using backend::Command;
using backend::Delivery;
using backend::Transaction;
using backend::Verb;
using State = Faults::State;

constexpr std::string_view dialect_name = "faults";

std::unique_ptr<DatabaseBackend> make_faulty_backend(const Url& url);

Numbered<State>& states() {
    static Numbered<State> instance{dialect_name, make_faulty_backend};
    return instance;
}

/// What a program asks, and not the library of itself.
bool is_operation(Verb verb) noexcept {
    switch (verb) {
        case Verb::ping:
        case Verb::reset:
        case Verb::keep:
        case Verb::check:
        case Verb::read_only:
        case Verb::close_cursor:
            return false;
        default:
            return true;
    }
}

[[noreturn]] void throw_lost() {
    throw_database_error({.message = "the connection was lost, as the test wants it", .sqlstate = "08006"});
}
[[noreturn]] void throw_refused(const std::string& sqlstate) {
    throw_database_error({.message = "refused, as the test wants it", .sqlstate = sqlstate});
}
template <class Throw>
std::exception_ptr error_of(Throw throw_it) {
    try {
        throw_it();
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

/// A connection for those that may be on it when it is closed.
struct Line {
    explicit Line(std::unique_ptr<SessionBackend> session) noexcept : inner(std::move(session)) {}

    std::unique_ptr<SessionBackend> inner;
    Closing closing{};

    void lose() noexcept {
        inner = nullptr;
        closing.happen();
    }
};

/// An exchange of which one command meets the fault.
struct Hit {
    std::size_t at = 0;
    Fault fault{};
};

std::optional<Hit> count(State& state, const Request& request) {
    std::optional<Hit> hit;
    for (std::size_t i = 0; i < request.commands.size(); ++i) {
        if (!is_operation(request.commands[i].verb)) continue;
        if (auto fault = state.next()) hit = Hit{i, *std::move(fault)};
    }
    return hit;
}

Task<Outcome> forward(std::shared_ptr<Line> line, Request request) {
    if (line->inner == nullptr) throw NotConnectedError("the connection was closed");
    backend::AwaitedExchange exchange{*line->inner, std::move(request)};
    co_return co_await exchange;
}

/// The first `count` commands of a request.
Task<Outcome> forward_first(std::shared_ptr<Line> line, Request request, std::size_t count) {
    if (count == 0) {
        Outcome nothing;
        const bool is_known = request.expected != Transaction::unknown;
        nothing.transaction = is_known ? request.expected : Transaction::none;
        co_return nothing;
    }
    request.commands.resize(count);
    if (!request.has(Verb::run) && !request.has(Verb::declare)) request.statement = nullptr;
    Outcome outcome = co_await forward(std::move(line), std::move(request));
    co_return outcome;
}

Task<Outcome> refuse(std::shared_ptr<Line> line, Request request, Hit hit) {
    Outcome outcome = co_await forward_first(std::move(line), std::move(request), hit.at);
    if (outcome.error) co_return outcome;
    outcome.error = error_of([&] { throw_refused(hit.fault.sqlstate); });
    outcome.delivery = Delivery::answered;
    co_return outcome;
}

Task<Outcome> lose(std::shared_ptr<Line> line, Request request, Hit hit) {
    const std::size_t carried_out = hit.at + (hit.fault.kind == Kind::lose_after ? 1 : 0);
    co_await forward_first(line, std::move(request), carried_out);
    line->lose();
    Outcome lost;
    lost.done = hit.at;
    lost.error = error_of(throw_lost);
    co_return lost;
}

Task<Outcome> delay(std::shared_ptr<Line> line, Request request, Hit hit) {
    Outcome outcome;
    try {
        co_await line->closing.outwait(hit.fault.by);
    } catch (...) {
        outcome.error = std::current_exception();
        outcome.delivery = Delivery::not_sent;
        outcome.transaction = request.expected;
    }
    if (!outcome.error) outcome = co_await forward(line, std::move(request));
    co_return outcome;
}

Task<Outcome> serve(std::shared_ptr<Line> line, Request request, std::optional<Hit> hit) {
    if (!hit) {
        Outcome outcome = co_await forward(line, std::move(request));
        co_return outcome;
    }
    if (hit->fault.kind == Kind::delay) {
        Outcome outcome = co_await delay(line, std::move(request), *std::move(hit));
        co_return outcome;
    }
    if (hit->fault.kind == Kind::fail) {
        Outcome outcome = co_await refuse(line, std::move(request), *std::move(hit));
        co_return outcome;
    }
    Outcome outcome = co_await lose(line, std::move(request), *std::move(hit));
    co_return outcome;
}

class FaultySession final : public CoroutineSession {
  public:
    FaultySession(std::shared_ptr<State> state, std::unique_ptr<SessionBackend> inner)
        : CoroutineSession(*EventLoop::current()),
          state_(std::move(state)),
          line_(std::make_shared<Line>(std::move(inner))) {}
    ~FaultySession() override { line_->lose(); }

    bool is_usable() const noexcept override { return line_->inner != nullptr && line_->inner->is_usable(); }
    bool is_clean() const noexcept override { return line_->inner != nullptr && line_->inner->is_clean(); }
    std::chrono::nanoseconds round_trip() const noexcept override {
        return line_->inner != nullptr ? line_->inner->round_trip() : std::chrono::nanoseconds{};
    }
    Task<> close() override {
        if (line_->inner != nullptr) co_await line_->inner->close();
    }

  private:
    Task<Outcome> run(Request request) override {
        auto hit = count(*state_, request);
        return serve(line_, std::move(request), std::move(hit));
    }

    std::shared_ptr<State> state_;
    std::shared_ptr<Line> line_;
};

class FaultyBackend final : public backend::BackendDecorator {
  public:
    explicit FaultyBackend(std::shared_ptr<State> state)
        : BackendDecorator(make_backend(state->url)), state_(std::move(state)) {}

    Capabilities capabilities() const noexcept override {
        Capabilities capabilities = inner().capabilities();
        capabilities.pipelines = false;  // one after another, so that operations can be counted
        capabilities.shared_depth = 0;
        capabilities.fetches_ahead = false;
        return capabilities;
    }
    Task<std::unique_ptr<SessionBackend>> open(backend::Opening opening) override {
        const std::optional<Fault> fault = state_->next();
        if (fault && fault->kind == Kind::lose_at) throw_lost();
        if (fault && fault->kind == Kind::fail) throw_refused(fault->sqlstate);
        if (fault && fault->kind == Kind::delay) co_await sleep_for(fault->by);
        auto session = co_await BackendDecorator::open(std::move(opening));
        if (fault && fault->kind == Kind::lose_after) throw_lost();
        co_return session;
    }

  private:
    std::unique_ptr<SessionBackend> decorate(std::unique_ptr<SessionBackend> session) override {
        return std::make_unique<FaultySession>(state_, std::move(session));
    }

    std::shared_ptr<State> state_;
};

std::unique_ptr<DatabaseBackend> make_faulty_backend(const Url& url) {
    return std::make_unique<FaultyBackend>(states().find(url));
}

/// The URL with another dialect, so that the pool sees its own options.
std::string url_of(const Url& inner, const std::string& number) {
    const std::string whole = inner.with_query(dialect_name, number).to_string_with_password();
    return std::string{dialect_name} + whole.substr(whole.find("://"));
}

}  // namespace

Faults::Faults(std::string_view url) : state_(std::make_shared<State>(Url::parse(url))) {
    url_ = url_of(state_->url, states().add(state_));
}
Faults::Faults(Faults&& other) noexcept = default;
Faults& Faults::operator=(Faults&& other) noexcept = default;
Faults::~Faults() = default;

void Faults::lose_connection_at(int n) { state_->set({.kind = Kind::lose_at, .operation = n}); }
void Faults::lose_connection_after(int n) { state_->set({.kind = Kind::lose_after, .operation = n}); }
void Faults::fail_at(int n, std::string_view sqlstate) {
    state_->set({.kind = Kind::fail, .operation = n, .sqlstate = std::string{sqlstate}});
}
void Faults::delay_at(int n, std::chrono::milliseconds by) {
    state_->set({.kind = Kind::delay, .operation = n, .by = by});
}

bool Faults::happened() const noexcept {
    const std::lock_guard lock{state_->mutex};
    return state_->happened;
}
int Faults::operations() const noexcept {
    const std::lock_guard lock{state_->mutex};
    return state_->operations;
}

Task<> for_each_fault(std::string url, std::function<Task<>(Faults& faults)> test, int most) {
    using Setting = void (*)(Faults&, int);
    const Setting settings[]{[](Faults& faults, int n) { faults.lose_connection_at(n); },
                             [](Faults& faults, int n) { faults.lose_connection_after(n); },
                             [](Faults& faults, int n) { faults.fail_at(n, "40001"); }};
    for (const Setting set : settings) {
        bool happened = true;
        for (int n = 1; happened; ++n) {
            if (n > most) {
                report_failure("the test of each fault has not ended after " + std::to_string(most) + " operations");
                co_return;
            }
            Faults faults{url};
            set(faults, n);
            co_await test(faults);
            happened = faults.happened();
        }
    }
}

}  // namespace databased::test
