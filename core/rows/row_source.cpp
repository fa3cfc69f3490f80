#include <databased/detail/row_source.hpp>

#include <databased/error.hpp>
#include <databased/stream.hpp>

namespace databased::detail {

RowSource::~RowSource() = default;

void StreamRows<Row>::begin(std::unique_ptr<RowBatch> batch) {
    auto store = std::make_shared<RowStore>();
    store->columns = batch->columns();
    left_ = batch->rows();
    store->add(std::move(batch));
    rows_ = Rows{std::move(store)};
}

bool StreamWait::is_ready() const {
    if (source_ == nullptr) throw UsageError("this stream was moved away");
    return source_->is_ready();
}

bool StreamWait::start(std::coroutine_handle<> parent, const PromiseBase& promise_of_parent) {
    wait_.emplace(source_->wait());
    const auto awaiter = std::move(*wait_).operator co_await();
    return !awaiter.await_ready() && awaiter.start(parent, promise_of_parent);
}

void StreamWait::finish() { std::move(*wait_).operator co_await().await_resume(); }

Task<> take_rows_of(RowSource* source, Callback<void()> take) {
    const bool has_to_wait = source != nullptr && !source->is_ready();
    if (has_to_wait) co_await source->wait();
    take();
}

}  // namespace databased::detail
