#include <databased/detail/store_sink.hpp>

namespace databased::detail {

ConvertingSink::ConvertingSink() noexcept = default;
ConvertingSink::~ConvertingSink() = default;

void ConvertingSink::rethrow(const std::exception_ptr& statement_error) const {
    if (statement_error) std::rethrow_exception(statement_error);
    if (error_) std::rethrow_exception(error_);
}

void ConvertingSink::on_columns(const std::shared_ptr<const ColumnSet>& columns) {
    columns_ = columns;
    try {
        begin(columns);
    } catch (...) {
        error_ = std::current_exception();
    }
}

void ConvertingSink::on_rows(std::unique_ptr<RowBatch> batch) {
    if (error_) return;
    try {
        add(std::move(batch));
    } catch (...) {
        error_ = std::current_exception();
    }
}

void ConvertingSink::on_restart() {
    error_ = nullptr;
    forget();
}

TypedSink::TypedSink(void* rows, const RowTaker& taker) noexcept : rows_(rows), taker_(taker) {}
TypedSink::~TypedSink() = default;

void TypedSink::begin(const std::shared_ptr<const ColumnSet>& columns) {
    places_.resize(0);
    find_columns(*columns, taker_.shape,
                 taker_.shape.members == nullptr ? nullptr : places_.append(taker_.shape.width));
}

void TypedSink::add(std::unique_ptr<RowBatch> batch) {
    if (!(taker_.first_only && has_row_)) taker_.take(rows_, *batch, places_.data());
    has_row_ = true;
}

void TypedSink::forget() {
    taker_.forget(rows_);
    has_row_ = false;
}

StoreSink::StoreSink(Keeps keeps) : keeps_(keeps), store_(std::make_shared<RowStore>()) {}
StoreSink::~StoreSink() = default;

Rows StoreSink::rows() && { return Rows{std::move(store_)}; }

void StoreSink::begin(const std::shared_ptr<const ColumnSet>& columns) { store_->columns = columns; }

void StoreSink::add(std::unique_ptr<RowBatch> batch) {
    if (keeps_ == Keeps::all_rows || store_->size == 0) store_->add(std::move(batch));
}

void StoreSink::forget() { store_ = std::make_shared<RowStore>(); }

}  // namespace databased::detail
