// How many rows of a cursor are asked for at once. No I/O.
#pragma once

#include <databased/detail/export.hpp>

#include <chrono>
#include <cstddef>

namespace databased::detail {

/// Few rows at first, so that they come soon and who wants no more has lost little; then, by what was seen of them,
/// about as much memory as is worth a trip, and no more than comes in a while.
class DATABASED_API FetchSize {
  public:
    std::size_t rows() const noexcept { return rows_; }
    /// So many rows came, so large, in that time.
    void note(std::size_t rows, std::size_t bytes, std::chrono::nanoseconds took) noexcept;

    static constexpr std::size_t first_rows = 32;
    static constexpr std::size_t enough_bytes = std::size_t{256} * 1024;
    static constexpr std::size_t most_rows = 8'192;
    static constexpr std::chrono::milliseconds a_while{50};

  private:
    static constexpr std::size_t growth = 8;

    std::size_t rows_ = first_rows;
};

}  // namespace databased::detail
