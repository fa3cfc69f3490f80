// Many values of a column as one parameter.
#pragma once

#include "values/copy_values.hpp"

#include <databased/statement.hpp>

#include <libpq-fe.h>
#include <cstddef>
#include <optional>
#include <string>

namespace databased::postgresql {

/// The values that one parameter has in many runs of a statement, as an array that pg_catalog.unnest() gives back one
/// by one.
class ArrayColumn {
  public:
    /// Where the server makes of each element what it makes of the parameter itself, whose type is `type` where nothing
    /// is said of it; else nothing.
    static std::optional<ArrayColumn> of(const Statement& statement, std::size_t parameter, Oid type);

    void clear();
    /// Of run number `run`. Throws what is wrong with the value.
    void add(const Statement& statement, std::size_t run);
    /// To be called once all are there; they are not added to then.
    void finish();

    Oid array_type() const noexcept { return array_type_; }
    bool is_binary() const noexcept { return write_ != nullptr; }
    const std::string& data() const noexcept { return data_; }

  private:
    ArrayColumn(std::size_t parameter, Oid element, Oid array_type, WriteCopyBinary write) noexcept
        : parameter_(parameter), element_(element), array_type_(array_type), write_(write) {}

    std::size_t parameter_;
    Oid element_;
    Oid array_type_;
    WriteCopyBinary write_;  // null: as text
    std::string data_;
    std::size_t count_ = 0;
};

}  // namespace databased::postgresql
