SELECT E'\'' || :a::text || $t$ :b $t$ -- :c
/* /* :d */ */ FROM x[1:2] WHERE y := :a;