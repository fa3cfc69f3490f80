#include <databased/backend.hpp>
#include <databased/detail/fetch.hpp>
#include <databased/detail/store_sink.hpp>

namespace databased::detail {

Fetch::Fetch(Target target, Statement::Pointer statement, void* rows, const RowTaker& taker)
    : is_empty_(statement->runs() == 0),
      target_(std::move(target)),
      sink_(rows, taker),
      run_(target_->run(std::move(statement), &sink_)) {}

Fetch::~Fetch() = default;

bool Fetch::start(std::coroutine_handle<> parent, const PromiseBase& promise_of_parent) {
    const auto awaiter = std::move(run_).operator co_await();
    return !awaiter.await_ready() && awaiter.start(parent, promise_of_parent);
}

void Fetch::await_resume() {
    if (is_empty_) return;
    const Outcome outcome = std::move(run_).operator co_await().await_resume();
    sink_.rethrow(outcome.error);
}

Task<Rows> run_fetch_rows(Target target, Statement::Pointer statement) {
    StoreSink sink;
    if (statement->runs() == 0) co_return std::move(sink).rows();
    const Outcome outcome = co_await target->run(std::move(statement), &sink);
    sink.rethrow(outcome.error);
    co_return std::move(sink).rows();
}

Task<std::optional<Row>> run_fetch_row(Target target, Statement::Pointer statement) {
    StoreSink sink{StoreSink::Keeps::first_row};
    const Outcome outcome = co_await target->run(std::move(statement), &sink);
    sink.rethrow(outcome.error);
    const Rows rows = std::move(sink).rows();
    co_return rows.empty() ? std::nullopt : std::optional<Row>{rows.front()};
}

Task<Result> run_execute(Target target, Statement::Pointer statement) {
    Outcome outcome = co_await target->run(std::move(statement), nullptr);
    if (outcome.error) std::rethrow_exception(outcome.error);
    co_return std::move(outcome.result);
}

Task<Result> run_many(Target target, Statement::Pointer statement) {
    co_return co_await target->run_many(std::move(statement));
}

Task<Result> run_query(Target target, Statement::Pointer statement) {
    if (statement->is_many()) return run_many(std::move(target), std::move(statement));
    return run_execute(std::move(target), std::move(statement));
}

}  // namespace databased::detail
