// All kernels of one instruction set and their table, PK_TABLE, named PK_NAME.
// Includes stand here in order: each body uses what those before it define.

#include "vector.h"
#include "rows.h"
#include "softmax.h"
#include "transpose.h"
#include "attention.h"
#include "class_attention.h"
#include "elements.h"
#include "recurrent.h"

const pk_kernels PK_TABLE = {
    .name = PK_NAME,
    .linear_finish = linear_finish,
    .activation_gradient = activation_gradient,
    .norm_forward = norm_forward,
    .norm_backward = norm_backward,
    .dropout = dropout_rows,
    .transpose = transpose,
    .attention_forward = attention_forward,
    .attention_backward = attention_backward,
    .class_attention_forward = class_attention_forward,
    .class_attention_backward = class_attention_backward,
    .log_sum_exp = log_sum_exp,
    .scaled_softmax = scaled_softmax,
    .add = add,
    .scale = scale,
    .round_bf16 = round_bf16,
    .sum_of_squares = sum_of_squares,
    .adam = adam,
    .lstm_cell = lstm_cell,
    .lstm_cell_gradient = lstm_cell_gradient,
};
