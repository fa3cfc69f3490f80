// What the instructions of a query are read back as.
#include "query/instructions.hpp"
#include "query/operand_stack.hpp"
#include "query/tree.hpp"

#include <databased/error.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace databased::detail;

Shape flag(const char* name) { return column_shape(SqlType::boolean, 0, {"\0\0", 2}, "", name); }

TEST(QueryTree, ReadsNumbersOfAnySizeAndTextsBackAsTheyWereWritten) {
    Shape shape;
    const std::string text(200, 'x');
    const std::size_t numbers[] = {0, 1, 127, 128, 300, 1'000'000, static_cast<std::size_t>(1) << 40};
    for (const std::size_t number : numbers) shape.number(number);
    shape.text(text).text("");

    Instructions in{shape.instructions()};

    for (const std::size_t number : numbers) EXPECT_EQ(in.number(), number);
    EXPECT_EQ(in.text(), text);
    EXPECT_EQ(in.text(), "");
    EXPECT_TRUE(in.is_at_end());
}

TEST(QueryTree, GivesANodeItsOperandsInTheirOrder) {
    OperandStack operands;
    operands.push(Op::row_value).number = 1;
    operands.push(Op::row_value).number = 2;
    operands.push(Op::row_value).number = 3;

    const Node& node = operands.push(Op::equal, 2);

    ASSERT_EQ(node.children.size(), 2u);
    EXPECT_EQ(node.children[0].number, 2u);
    EXPECT_EQ(node.children[1].number, 3u);
    EXPECT_EQ(node.depth, 2);
    EXPECT_EQ(operands.last_but_one().number, 1u);
}

TEST(QueryTree, ReadsAChainAsOneNode) {
    Shape shape = flag("a");
    for (const char* name : {"b", "c", "d"}) shape.append(flag(name)).op(Op::logical_and);

    const Node chain = read_expression(shape.instructions());

    EXPECT_EQ(chain.op, Op::logical_and);
    EXPECT_EQ(chain.children.size(), 4u);
    EXPECT_EQ(chain.depth, 2);
}

TEST(QueryTree, DoesNotPutAChainOfAnotherKindIntoAChain) {
    Shape shape = flag("a");
    shape.append(flag("b")).op(Op::logical_or).append(flag("c")).op(Op::logical_and);

    const Node chain = read_expression(shape.instructions());

    EXPECT_EQ(chain.op, Op::logical_and);
    ASSERT_EQ(chain.children.size(), 2u);
    EXPECT_EQ(chain.children[0].op, Op::logical_or);
}

TEST(QueryTree, RefusesWhatIsNestedTooDeep) {
    Shape shape = flag("a");
    for (int i = 1; i < 1000; ++i) shape.op(Op::logical_not);
    EXPECT_EQ(read_expression(shape.instructions()).depth, 1000);

    shape.op(Op::logical_not);

    EXPECT_THROW(read_expression(shape.instructions()), UsageError);
}

}  // namespace
