// A sink that keeps the rows as they come.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/sinks.hpp>
#include <databased/row.hpp>

#include <memory>

namespace databased::detail {

/// Keeps the batches themselves.
class DATABASED_API StoreSink final : public ConvertingSink {
  public:
    enum class Keeps { all_rows, first_row };

    explicit StoreSink(Keeps keeps = Keeps::all_rows);
    ~StoreSink() override;
    Rows rows() &&;
    bool wants_first_row_only() const noexcept override { return keeps_ == Keeps::first_row; }

  private:
    void begin(const std::shared_ptr<const ColumnSet>& columns) override;
    void add(std::unique_ptr<RowBatch> batch) override;
    void forget() override;

    Keeps keeps_;
    std::shared_ptr<RowStore> store_;
};

}  // namespace databased::detail
