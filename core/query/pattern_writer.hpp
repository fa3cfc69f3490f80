// Expressions: LIKE.
#pragma once

#include "query/part_writer.hpp"

namespace databased::detail {

class PatternWriter : public PartWriter {
  public:
    using PartWriter::PartWriter;

    void write_like(const Node& node);

  private:
    void write_glob(const Node& node);
    void write_glob_pattern(const Node& pattern, char escape);
};

}  // namespace databased::detail
